/*
 * Reads codes with the camera, where the browser has one and can read them by itself
 * (BarcodeDetector): others have the field for a scanner that types.
 */

/* Between two looks; ms. */
const every = 120;
/* A code that stays before the camera is one scan: it counts again after it was gone so long; ms. */
const goneAfter = 2500;

/** Whether this browser can do it at all. */
export async function canRead() {
    try {
        return Boolean(navigator.mediaDevices && navigator.mediaDevices.getUserMedia && 'BarcodeDetector' in window &&
            (await BarcodeDetector.getSupportedFormats()).includes('qr_code'));
    } catch {
        return false;
    }
}

/** Keeps the screen on while it runs, where the browser lets it. */
async function stayAwake() {
    try {
        return await navigator.wakeLock.request('screen');
    } catch {
        return null;
    }
}

/**
 * Shows the camera in the video element and calls found(text) for each code. Resolves to a function
 * that stops it. Throws what getUserMedia throws: NotAllowedError, NotFoundError, NotReadableError.
 */
export async function start(video, found) {
    const stream = await navigator.mediaDevices.getUserMedia({audio: false, video: {facingMode: {ideal: 'environment'}, width: {ideal: 1280}}});
    const detector = new BarcodeDetector({formats: ['qr_code']});
    const lastSeen = new Map();
    let running = true;
    let awake = await stayAwake();

    async function look() {
        const now = Date.now();
        for (const {rawValue} of await detector.detect(video)) {
            const fresh = now - (lastSeen.get(rawValue) || 0) > goneAfter;
            lastSeen.set(rawValue, now);
            if (fresh && running)
                await found(rawValue);
        }
        for (const [text, at] of lastSeen)
            if (now - at > goneAfter)
                lastSeen.delete(text);
    }

    async function loop() {
        while (running) {
            if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA)
                await look().catch(() => {}); // a frame that could not be read
            await new Promise(resolve => setTimeout(resolve, every));
        }
    }

    /* The lock goes when the page is hidden. */
    const onVisible = async () => {
        if (running && !document.hidden)
            awake = await stayAwake();
    };
    document.addEventListener('visibilitychange', onVisible);
    video.srcObject = stream;
    await video.play().catch(() => {});
    loop();
    return () => {
        running = false;
        document.removeEventListener('visibilitychange', onVisible);
        stream.getTracks().forEach(track => track.stop());
        video.srcObject = null;
        if (awake)
            awake.release().catch(() => {});
    };
}
