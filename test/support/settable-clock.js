// Preloaded into a process: at each SIGUSR2 its clock is set back by an hour. What measures spans goes on.
const real = Date.now;
let back = 0;
Date.now = () => real() - back;
process.on("SIGUSR2", () => {
  back += 3_600_000;
});
