/** Style of the scoreboard: both colour schemes, from phones to wall screens. Colours never say anything that words do not. */
export const scoreboardStyle = `
:root{color-scheme:light dark;--back:light-dark(#fff,#11151b);--raised:light-dark(#f4f6f9,#1a2029);--line:light-dark(#d5dae2,#353d49);
--text:light-dark(#1a1f27,#e6e9ee);--quiet:light-dark(#556070,#a6b0bd);--link:light-dark(#0b4fc4,#8ab4f8);
--red:light-dark(#b3261e,#ff8a80);--green:light-dark(#116b37,#7ddc9c);--red-back:light-dark(#fde8e6,#3b1a1a);--green-back:light-dark(#e2f5e9,#12301d);
--good:light-dark(#2a8f57,#4fb57b);--bad:light-dark(#c9473f,#e0736b);--fault:light-dark(#d98324,#e0a356);--settling:light-dark(#7f9fd6,#5f7fb8)}
*{box-sizing:border-box}
body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:0 auto;padding:1.5rem 1rem 3rem;color:var(--text);background:var(--back);overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .25rem}h2{font-size:1.2rem;margin:2rem 0 .5rem}h3{font-size:1.05rem;margin:0}h4{font-size:.9rem;margin:.75rem 0 .25rem}
p{margin:.4rem 0}.quiet{color:var(--quiet);font-size:.875rem}a{color:var(--link)}
.alarm{padding:.6rem .9rem;border:1px solid var(--red);border-radius:8px;background:var(--red-back)}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.6rem;margin:0}
.tile{padding:.6rem .8rem;border:1px solid var(--line);border-left:4px solid var(--line);border-radius:8px;background:var(--raised);display:flex;flex-direction:column-reverse;justify-content:flex-end}
.tile dt{color:var(--quiet);font-size:.85rem}.tile dd{margin:0;font-size:1.35rem;font-weight:650;font-variant-numeric:tabular-nums}
.tile.yes{border-left-color:var(--good)}.tile.no{border-left-color:var(--bad)}
.matrix{border-collapse:collapse;width:100%;margin-top:1rem}.matrix th,.matrix td{padding:.35rem .4rem;border-bottom:1px solid var(--line);text-align:center;font-weight:400}
.matrix th:first-child{text-align:left}.matrix thead th{color:var(--quiet);font-size:.8rem;vertical-align:bottom}
.matrix td{font-size:1.1rem}.matrix .yes{color:var(--green)}.matrix .no{color:var(--red);background:var(--red-back)}.matrix .none{color:var(--quiet)}
.said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.bars{list-style:none;margin:.5rem 0;padding:0}.bars li{display:grid;grid-template-columns:13rem 1fr 11rem;gap:.2rem .8rem;align-items:center;padding:.2rem 0}
.bars svg{width:100%;height:18px;border-radius:4px;display:block}.bars .value{font-variant-numeric:tabular-nums;font-size:.9rem}
.empty{fill:var(--raised)}.good{fill:var(--good)}.bad{fill:var(--bad)}.fault{fill:var(--fault);background:var(--fault)}.settling{fill:var(--settling);background:var(--settling)}.limit{fill:var(--text);background:var(--text)}
.key{display:inline-block;width:.9rem;height:.8rem;border-radius:2px;margin-left:.5rem}.key:first-child{margin-left:0}.key.limit{width:.25rem}
article{border:1px solid var(--line);border-radius:8px;padding:.8rem 1rem;margin:.7rem 0;scroll-margin-top:1rem}article:target{border-color:var(--link)}
article header{display:flex;flex-wrap:wrap;gap:.4rem .8rem;align-items:center}.hypothesis{color:var(--quiet)}
.badge,.chips li{border-radius:999px;padding:.1rem .6rem;font-size:.85rem;border:1px solid var(--line)}
.badge.held,.chips .yes{color:var(--green);background:var(--green-back);border-color:transparent}.badge.broken,.badge.aborted,.chips .no{color:var(--red);background:var(--red-back);border-color:transparent}
.chips{list-style:none;display:flex;flex-wrap:wrap;gap:.4rem;padding:0;margin:.5rem 0}details ul{padding-left:1.2rem;margin:.25rem 0;font-size:.9rem}summary{cursor:pointer;padding:.3rem 0}
@media(max-width:40rem){.bars li{grid-template-columns:1fr auto}.bars svg{grid-row:2;grid-column:1/-1}
.matrix thead th:not(:first-child) span{writing-mode:vertical-rl;transform:rotate(180deg)}.matrix th,.matrix td{padding:.35rem .15rem}}
@media print{details{display:block}article{break-inside:avoid}}`;
