/* What the page for the door says, in both languages. */
import {language, pick} from '/common/words.js';

const plural = new Intl.PluralRules('en');
const people = n => plural.select(n) === 'one' ? `${n} person` : `${n} people`;
const tickets = n => plural.select(n) === 'one' ? `${n} ticket` : `${n} tickets`;

export const words = pick({
    en: {
        title: 'At the door', site: 'Frontrow', skip: 'Skip to the content', sound: 'Sound',
        show: 'Show that is let in', noShow: 'Choose the show …', byNumber: 'Another show, by its number …', numberTitle: 'Which show is let in?',
        numberText: 'The number of the show (schedule) is in the operator’s pages, and in the answer to a ticket.', number: 'Number of the show',
        choose: 'Let this show in', showNumber: n => `Show ${n}`, concertNumber: n => `Concert ${n}`,
        ready: 'Ready', readyText: 'Scan a ticket’s code, or type or paste its text.',
        field: 'Ticket', fieldHint: 'A hand-held scanner types here: the text, then Enter.', check: 'Check', hangul: 'The keyboard writes Hangul: switch it to English (the Han/Eng key), so that the scanner’s letters arrive.',
        camera: 'Scan with the camera', stop: 'Stop the camera', video: 'What the camera sees', noCamera: 'This browser cannot read codes with its camera. A hand-held scanner or Chrome on Android can.',
        cameraErrors: {
            NotAllowedError: 'The camera is not allowed. Allow it for this site in the browser’s settings, then try again.',
            NotFoundError: 'No camera was found on this device.', NotReadableError: 'Another program is using the camera. Close it, then try again.',
        },
        cameraFailed: 'The camera could not be started. Try again, or use a hand-held scanner.',
        insecure: 'A browser checks tickets only on a page that was opened by https. Open this address with https:// in front.',
        answers: {
            good: 'Let in', again: 'Already scanned', other: 'Another show', unchosen: 'Genuine', forged: 'Not genuine', none: 'Not a ticket',
            unknownKey: 'Unknown key', noKeys: 'No keys yet', insecure: 'Cannot check here',
        },
        againAt: (t, ago) => `It was scanned here at ${t}, ${ago}.`, justNow: 'just now', minutesAgo: n => n === 1 ? 'a minute ago' : `${n} minutes ago`, hoursAgo: n => n === 1 ? 'an hour ago' : `${n} hours ago`,
        otherText: 'The ticket is genuine, but for a show that is not let in now:', unchosenText: 'The ticket is genuine. Nobody is let in before a show is chosen.',
        forgedText: 'The signature is wrong: the code is damaged or made up.', noneText: 'This is not a ticket of this site.',
        unknownKeyText: 'It is signed with a key that this device does not have. Fetch the keys once more; if it stays so, the ticket is not genuine.',
        noKeysText: 'This device has no keys to check with. Connect it to the network once.',
        letShowIn: 'Let in this show from now on', takeBack: 'Not let in: take back', takenBack: 'Taken back.', seats: n => n === 1 ? 'Seat' : 'Seats', people,
        reservation: n => `Reservation ${n}`,
        counts: (t, p) => `${tickets(t)} let in on this device, ${people(p)}.`, none: 'Nobody has been let in on this device.', forget: 'Clear the list',
        forgetTitle: 'Clear the list of those who came?', forgetText: 'After that this device lets each ticket in once more. It cannot be undone.', forgotten: 'The list is cleared.',
        keysOf: t => `Keys from ${t}.`, noKeysHere: 'No keys on this device.', oldKeys: t => `The keys are from ${t}. Connect once before the doors open.`, fetchKeys: 'Fetch the keys', fetched: 'The keys are up to date.',
        fetchFailed: 'The keys could not be fetched: there is no answer. Those that are here still count.', offline: 'Without network: tickets are checked with the keys that are here.',
        keepsNothing: 'This browser keeps nothing: who came is forgotten when the page is closed. Leave the private window.',
        last: 'The last ones', device: 'This device',
    },
    ko: {
        title: '입장 확인', site: 'Frontrow', skip: '본문으로 건너뛰기', sound: '소리',
        show: '입장 중인 회차', noShow: '회차를 선택하세요…', byNumber: '다른 회차를 번호로 선택…', numberTitle: '어느 회차의 입장을 받습니까?',
        numberText: '회차 번호는 운영자 페이지와, 입장권을 확인한 결과에 나옵니다.', number: '회차 번호',
        choose: '이 회차 입장 받기', showNumber: n => `회차 ${n}`, concertNumber: n => `공연 ${n}`,
        ready: '준비됨', readyText: '입장권의 코드를 스캔하거나 내용을 입력해 주세요.',
        field: '입장권', fieldHint: '스캐너가 이곳에 내용을 입력하고 Enter를 보냅니다.', check: '확인', hangul: '키보드가 한글 입력 상태입니다. 스캐너의 글자가 제대로 들어오도록 한/영 키로 영문으로 바꿔 주세요.',
        camera: '카메라로 스캔', stop: '카메라 끄기', video: '카메라 화면', noCamera: '이 브라우저는 카메라로 코드를 읽을 수 없습니다. 스캐너를 쓰거나 안드로이드의 크롬을 이용해 주세요.',
        cameraErrors: {
            NotAllowedError: '카메라 사용이 허용되지 않았습니다. 브라우저 설정에서 이 사이트에 허용한 다음 다시 시도해 주세요.',
            NotFoundError: '이 기기에서 카메라를 찾지 못했습니다.', NotReadableError: '다른 프로그램이 카메라를 쓰고 있습니다. 닫은 다음 다시 시도해 주세요.',
        },
        cameraFailed: '카메라를 켜지 못했습니다. 다시 시도하거나 스캐너를 이용해 주세요.',
        insecure: '브라우저는 https로 연 페이지에서만 입장권을 확인할 수 있습니다. 주소 앞에 https://를 붙여 열어 주세요.',
        answers: {
            good: '입장', again: '이미 스캔됨', other: '다른 회차', unchosen: '진짜 입장권', forged: '가짜 입장권', none: '입장권 아님',
            unknownKey: '알 수 없는 키', noKeys: '키 없음', insecure: '확인 불가',
        },
        againAt: (t, ago) => `이 기기에서 ${t}(${ago})에 스캔했습니다.`, justNow: '방금', minutesAgo: n => `${n}분 전`, hoursAgo: n => `${n}시간 전`,
        otherText: '진짜 입장권이지만, 지금 입장 중인 회차가 아닙니다.', unchosenText: '진짜 입장권입니다. 회차를 선택해야 입장을 받을 수 있습니다.',
        forgedText: '서명이 맞지 않습니다. 코드가 손상되었거나 위조되었습니다.', noneText: '이 사이트의 입장권이 아닙니다.',
        unknownKeyText: '이 기기에 없는 키로 서명되었습니다. 키를 다시 받아 보고, 그래도 같으면 가짜 입장권입니다.',
        noKeysText: '이 기기에 확인용 키가 없습니다. 한 번 네트워크에 연결해 주세요.',
        letShowIn: '이제부터 이 회차 입장 받기', takeBack: '입장하지 않음: 되돌리기', takenBack: '되돌렸습니다.', seats: n => n > 0 ? '좌석' : '', people: n => `${n}명`,
        reservation: n => `예매 번호 ${n}`,
        counts: (t, p) => `이 기기에서 입장권 ${t}장, ${p}명이 입장했습니다.`, none: '이 기기에서 입장한 사람이 아직 없습니다.', forget: '목록 지우기',
        forgetTitle: '입장 목록을 지울까요?', forgetText: '지우면 이 기기는 모든 입장권을 한 번씩 다시 받습니다. 되돌릴 수 없습니다.', forgotten: '목록을 지웠습니다.',
        keysOf: t => `${t}에 받은 키입니다.`, noKeysHere: '이 기기에 키가 없습니다.', oldKeys: t => `${t}에 받은 키입니다. 입장을 시작하기 전에 한 번 연결해 주세요.`, fetchKeys: '키 받기', fetched: '최신 키입니다.',
        fetchFailed: '응답이 없어 키를 받지 못했습니다. 지금 있는 키는 계속 쓸 수 있습니다.', offline: '네트워크 없음: 이 기기에 있는 키로 확인합니다.',
        keepsNothing: '이 브라우저는 아무것도 저장하지 않아, 페이지를 닫으면 입장 목록이 사라집니다. 비공개 창이 아닌 창에서 열어 주세요.',
        last: '최근 확인', device: '이 기기',
    },
});

/** "1–4, 7", as people write the numbers of seats. */
export const seatText = seats => seats.replace(/-/g, '–').replace(/,/g, ', ');

/** How long ago that was. */
export function ago(ms) {
    const minutes = Math.floor((Date.now() - ms) / 60000);
    if (minutes < 1)
        return words.justNow;
    return minutes < 60 ? words.minutesAgo(minutes) : words.hoursAgo(Math.floor(minutes / 60));
}

export {language};
