// The short names that messages of bots use, and those people react with.
const table = `
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎
warning ⚠️|rotating_light 🚨|no_entry ⛔|no_entry_sign 🚫|octagonal_sign 🛑|exclamation ❗|heavy_exclamation_mark ❗|bangbang ‼️|question ❓|grey_question ❔
information_source ℹ️|bulb 💡|mag 🔍|mag_right 🔎|microscope 🔬|test_tube 🧪|bell 🔔|no_bell 🔕|mute 🔇|loud_sound 🔊|mega 📣|loudspeaker 📢
fire 🔥|boom 💥|collision 💥|zap ⚡|bug 🐛|bomb 💣|skull 💀|skull_and_crossbones ☠️|ghost 👻|snail 🐌|turtle 🐢|rabbit2 🐇|whale 🐳|octopus 🐙
wrench 🔧|hammer 🔨|hammer_and_wrench 🛠️|nut_and_bolt 🔩|gear ⚙️|toolbox 🧰|screwdriver 🪛|key 🔑|lock 🔒|unlock 🔓|closed_lock_with_key 🔐|shield 🛡️|link 🔗
arrow_up ⬆️|arrow_down ⬇️|arrow_left ⬅️|arrow_right ➡️|arrow_upper_right ↗️|arrow_lower_right ↘️|leftwards_arrow_with_hook ↩️|arrow_right_hook ↪️|rewind ⏪|fast_forward ⏩|arrows_counterclockwise 🔄|repeat 🔁|arrow_forward ▶️|black_square_for_stop ⏹️|double_vertical_bar ⏸️|pause_button ⏸️
chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|bar_chart 📊|clipboard 📋|memo 📝|pencil 📝|pencil2 ✏️|page_facing_up 📄|scroll 📜|books 📚|book 📖|bookmark 🔖|label 🏷️|paperclip 📎|pushpin 📌|round_pushpin 📍|file_folder 📁|card_index_dividers 🗂️|wastebasket 🗑️|package 📦|inbox_tray 📥|outbox_tray 📤|email 📧|envelope ✉️|incoming_envelope 📨|calendar 📆|date 📅|spiral_calendar_pad 🗓️
stopwatch ⏱️|timer_clock ⏲️|hourglass ⌛|hourglass_flowing_sand ⏳|alarm_clock ⏰|clock1 🕐|clock3 🕒|clock9 🕘|watch ⌚
red_circle 🔴|large_orange_circle 🟠|orange_circle 🟠|large_yellow_circle 🟡|yellow_circle 🟡|large_green_circle 🟢|green_circle 🟢|large_blue_circle 🔵|blue_circle 🔵|large_purple_circle 🟣|white_circle ⚪|black_circle ⚫|large_red_square 🟥|large_orange_square 🟧|large_yellow_square 🟨|large_green_square 🟩|large_blue_square 🟦|white_large_square ⬜|black_large_square ⬛|small_red_triangle 🔺|small_red_triangle_down 🔻|small_blue_diamond 🔹|small_orange_diamond 🔸
green_heart 💚|heart ❤️|blue_heart 💙|yellow_heart 💛|orange_heart 🧡|purple_heart 💜|broken_heart 💔|sparkles ✨|star ⭐|star2 🌟|tada 🎉|rocket 🚀|trophy 🏆|medal 🏅|dart 🎯|crossed_fingers 🤞|pray 🙏|clap 👏|raised_hands 🙌|wave 👋|ok_hand 👌|point_right 👉|point_up ☝️|muscle 💪|handshake 🤝|writing_hand ✍️|eyes 👀|thinking_face 🤔|smile 😄|slightly_smiling_face 🙂|grinning 😀|joy 😂|sweat_smile 😅|sunglasses 😎|neutral_face 😐|confused 😕|disappointed 😞|cry 😢|sob 😭|scream 😱|face_with_monocle 🧐|face_palm 🤦|shrug 🤷|sleeping 😴|zzz 💤|partying_face 🥳|salute 🫡|saluting_face 🫡|mechanic 🧑‍🔧|technologist 🧑‍💻|detective 🕵️|female-detective 🕵️‍♀️|firefighter 🧑‍🚒|robot_face 🤖|robot 🤖|brain 🧠|ear 👂
speech_balloon 💬|thought_balloon 💭|busts_in_silhouette 👥|bust_in_silhouette 👤|globe_with_meridians 🌐|earth_africa 🌍|cloud ☁️|partly_sunny ⛅|thunder_cloud_and_rain ⛈️|umbrella ☔|snowflake ❄️|ice_cube 🧊|sunny ☀️|droplet 💧|ocean 🌊|seedling 🌱|evergreen_tree 🌲|herb 🌿|construction 🚧|traffic_light 🚦|vertical_traffic_light 🚦|checkered_flag 🏁|triangular_flag_on_post 🚩|white_flag 🏳️|satellite_antenna 📡|electric_plug 🔌|battery 🔋|desktop_computer 🖥️|computer 💻|floppy_disk 💾|cd 💿|iphone 📱|telephone_receiver 📞|pager 📟|ambulance 🚑|hospital 🏥|adhesive_bandage 🩹|stethoscope 🩺|pill 💊|syringe 💉|fire_engine 🚒|fire_extinguisher 🧯|helmet_with_white_cross ⛑️
one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|keycap_ten 🔟|100 💯|new 🆕|ok 🆗|sos 🆘|up 🆙|recycle ♻️|heavy_plus_sign ➕|heavy_minus_sign ➖|infinity ♾️|balance_scale ⚖️|scales ⚖️|lock_with_ink_pen 🔏|crystal_ball 🔮|game_die 🎲|jigsaw 🧩|knot 🪢|ladder 🪜|magnet 🧲|compass 🧭|world_map 🗺️|fork_and_knife 🍴|coffee ☕|beers 🍻|moneybag 💰|money_with_wings 💸|coin 🪙|dollar 💵|shopping_trolley 🛒|socks 🧦`;

const byName = new Map(
  table
    .split(/[|\n]/)
    .map((entry) => entry.trim().split(" "))
    .filter(([name, character]) => name && character),
);

/** The character for a short name without its colons (skin tones are dropped), or undefined. */
export function emojiOf(name) {
  return byName.get(name.split("::")[0]);
}

/** Plain text with short names replaced. */
export function withEmoji(text) {
  return text.replaceAll(/:([a-z0-9_+'-]+)(?:::skin-tone-\d)?:/g, (all, name) => emojiOf(name) ?? all);
}

/** Offered when a person adds a reaction. */
export const usualReactions = [
  "+1",
  "-1",
  "white_check_mark",
  "eyes",
  "tada",
  "heart",
  "rocket",
  "thinking_face",
  "fire",
  "pray",
  "raised_hands",
  "x",
];
