/*
 * The settings of a concert: their names in both languages, what they do, their bounds and defaults
 * as in the API, for the form and wherever a change is shown.
 */
import {number, pick} from '/common/words.js';

const words = pick({
    en: {
        bounds: (least, most, preset) => `${number(least)} to ${number(most)}, usually ${number(preset)}.`,
        title: 'Title', artist: 'Artist', host: 'Host', timeZone: 'Time zone', state: 'State', opensAt: 'Queue opens at', ko: 'Message in Korean', en: 'Message in English',
        others: {status: 'Status', balance: 'Balance', amount: 'Amount', entryId: 'Ledger entry', startsAt: 'Begins at', bookingOpensAt: 'Booking opens', bookingClosesAt: 'Booking closes',
            refundClosesAt: 'Refunds until', canceledAt: 'Canceled', capacity: 'Seats', date: 'Day', changes: 'Changes', concertId: 'Concert', scheduleId: 'Date', reservationId: 'Reservation', userId: 'Buyer',
            'cancellation.total': 'Reservations to settle at that moment'},
        settings: {
            'queue.admitCount': ['Admitted at a time', 'How many people each batch lets in.'],
            'queue.admitIntervalSeconds': ['Seconds between batches', 'A batch is due each time this has passed since the queue opened.'],
            'queue.maxActive': ['Most people inside', 'Nobody is admitted while so many are inside. 0: no cap.'],
            'queue.sessionSeconds': ['Session, seconds', 'How long an admitted visitor may book and pay. For those admitted from now on.'],
            'queue.claimSeconds': ['Time to turn up, seconds', 'Who is admitted and does not come within this time loses the place to the next. 0: off.'],
            'queue.tokenLifetimeSeconds': ['Life of a waiting place, seconds', 'After this a place in the queue is void, whether its turn came or not.'],
            holdSeconds: ['Hold, seconds', 'How long chosen seats are set aside until they are paid.'],
            holdExtendSeconds: ['Extension of a hold, seconds', 'A buyer may lengthen a hold once by this. 0: not at all.'],
            maxSeatsPerUser: ['Seats per buyer and date', 'Held and bought seats together.'],
        },
    },
    ko: {
        bounds: (least, most, preset) => `${number(least)}~${number(most)}, 기본값 ${number(preset)}.`,
        title: '제목', artist: '출연', host: '주최', timeZone: '시간대', state: '상태', opensAt: '대기열 시작', ko: '한국어 안내', en: '영어 안내',
        others: {status: '상태', balance: '잔액', amount: '금액', entryId: '거래 번호', startsAt: '공연 시작', bookingOpensAt: '예매 시작', bookingClosesAt: '예매 마감',
            refundClosesAt: '환불 기한', canceledAt: '취소', capacity: '좌석 수', date: '날짜', changes: '변경 내용', concertId: '공연', scheduleId: '회차', reservationId: '예매', userId: '구매자',
            'cancellation.total': '취소 당시 처리할 예매'},
        settings: {
            'queue.admitCount': ['한 번에 입장하는 인원', '한 차례에 들여보내는 사람 수입니다.'],
            'queue.admitIntervalSeconds': ['입장 간격(초)', '대기열이 열린 때부터 이 간격마다 한 차례씩 들여보냅니다.'],
            'queue.maxActive': ['최대 동시 입장 인원', '이만큼 안에 있는 동안에는 더 들여보내지 않습니다. 0이면 제한이 없습니다.'],
            'queue.sessionSeconds': ['이용 시간(초)', '입장한 사람이 예매하고 결제할 수 있는 시간입니다. 지금부터 입장하는 사람에게 적용됩니다.'],
            'queue.claimSeconds': ['입장 확인 시간(초)', '차례가 되고 이 시간 안에 오지 않으면 다음 사람에게 넘어갑니다. 0이면 쓰지 않습니다.'],
            'queue.tokenLifetimeSeconds': ['대기 순서 유효 시간(초)', '차례가 왔는지와 관계없이 이 시간이 지나면 대기 순서가 무효가 됩니다.'],
            holdSeconds: ['좌석 선점 시간(초)', '고른 좌석을 결제할 때까지 잡아 두는 시간입니다.'],
            holdExtendSeconds: ['선점 연장 시간(초)', '구매자가 한 번 연장할 수 있는 시간입니다. 0이면 연장할 수 없습니다.'],
            maxSeatsPerUser: ['회차별 1인 최대 좌석', '선점한 좌석과 구매한 좌석을 합한 수입니다.'],
        },
    },
});

/* [name, least, most, default], in the order of the form. */
const rows = [
    ['queue.admitCount', 1, 100000, 50], ['queue.admitIntervalSeconds', 1, 86400, 1], ['queue.maxActive', 0, 1000000, 500],
    ['queue.sessionSeconds', 1, 86400, 600], ['queue.claimSeconds', 0, 86400, 60], ['queue.tokenLifetimeSeconds', 1, 604800, 86400],
    ['holdSeconds', 1, 86400, 300], ['holdExtendSeconds', 0, 86400, 120], ['maxSeatsPerUser', 1, 100, 4],
];

/** The integer settings: {name, label, hint, least, most, preset}. */
export const settings = rows.map(([name, least, most, preset]) => ({name, least, most, preset, label: words.settings[name][0],
    hint: `${words.settings[name][1]} ${words.bounds(least, most, preset)}`}));

const labels = {title: words.title, artist: words.artist, host: words.host, timeZone: words.timeZone, 'queue.state': words.state, 'queue.opensAt': words.opensAt,
    'queue.message.ko': words.ko, 'queue.message.en': words.en, ...words.others, ...Object.fromEntries(settings.map(s => [s.name, s.label]))};

/** What a member of a concert, or of something else in the audit log, is called; its own name if it
 * has no other. */
export const settingName = name => labels[name] || name;

/** A member of a concert by its name with dots. */
export const valueAt = (object, name) => name.split('.').reduce((at, key) => at === null || at === undefined ? undefined : at[key], object);

/** Sets it, making the objects on the way. */
export function setAt(object, name, value) {
    const keys = name.split('.');
    const last = keys.pop();
    keys.reduce((at, key) => at[key] = at[key] || {}, object)[last] = value;
}
