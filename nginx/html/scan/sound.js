/*
 * A tone and a tremor for each answer, told apart without looking: one high tone for come in, two low
 * ones for stop. They are made here, so that nothing has to be loaded. Off and on is kept.
 */
const key = 'frontrow-scan-sound';
let on = true;
let context = null;

try {
    on = localStorage.getItem(key) !== 'off';
} catch { /* then it is on */ }

export const isOn = () => on;

export function setOn(value) {
    on = value;
    try {
        localStorage.setItem(key, value ? 'on' : 'off');
    } catch { /* then it holds until the page is left */ }
}

/* Browsers let a page sound only after somebody has touched it. */
function wake() {
    try {
        context ||= new AudioContext();
        if (context.state === 'suspended')
            context.resume().catch(() => {});
    } catch { /* there is no sound here */ }
}
for (const event of ['pointerdown', 'keydown'])
    addEventListener(event, () => on && wake(), {passive: true});

function tone(frequency, start, length) {
    const oscillator = context.createOscillator();
    const gain = context.createGain();
    const at = context.currentTime + start;
    oscillator.frequency.value = frequency;
    oscillator.type = frequency > 500 ? 'sine' : 'square';
    gain.gain.setValueAtTime(0.0001, at);
    gain.gain.exponentialRampToValueAtTime(frequency > 500 ? 0.3 : 0.12, at + 0.015);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + length);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(at);
    oscillator.stop(at + length);
}

/** Sounds 'good', 'warn' or 'bad'. */
export function play(kind) {
    if (!on)
        return;
    if (navigator.vibrate)
        navigator.vibrate(kind === 'good' ? 80 : [150, 80, 150]);
    if (!context || context.state !== 'running')
        return;
    if (kind === 'good') {
        tone(1180, 0, 0.16);
    } else {
        tone(kind === 'warn' ? 330 : 220, 0, 0.18);
        tone(kind === 'warn' ? 330 : 180, 0.24, 0.26);
    }
}
