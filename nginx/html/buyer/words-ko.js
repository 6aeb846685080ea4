/* 한국어. The same names as words-en.js. */
import {number} from '../common/words.js';

export default {
    /* The frame, and what any view can meet. */
    skip: '본문으로 건너뛰기', menu: '메뉴', concerts: '공연', myPage: '마이페이지', concert: '공연', loading: '잠시만 기다려 주세요…', more: '더 보기',
    busy: '접속이 많아 응답이 늦어지고 있습니다.', offline: '연결이 끊겼습니다.', againIn: n => `${n}초 후에 다시 시도합니다.`, goesOn: '계속 진행합니다.',
    missing: '찾을 수 없습니다', missingText: '이 주소에는 페이지가 없습니다.', failed: '처리하지 못했습니다', failedText: '예상하지 못한 문제가 생겼습니다. 다시 시도해 주세요.',
    tryAgain: '다시 시도', toConcerts: '공연 목록으로', stay: '취소',
    login: '로그인해 주세요', loginText: '로그인하시면 이 페이지로 돌아옵니다.', toLogin: '로그인', signedIn: '로그인되었습니다.',
    loginElsewhere: '티켓을 판매하는 사이트에서 로그인한 다음 그 사이트를 통해 들어와 주세요.', signInOver: '로그인이 만료되었습니다.',
    timeLeft: '남은 시간', timeLeftSay: time => `선택과 결제까지 남은 시간은 ${time}입니다.`,

    /* Concerts and their queues. */
    noConcerts: '지금은 예매할 수 있는 공연이 없습니다.', nextShow: time => `다음 공연: ${time}`, opensAt: time => `${time} 시작`, opensIn: '시작까지',
    badges: {OPEN: '예매 중', PREQUEUE: '오픈 예정', PAUSED: '일시 중지', DRAINING: '마감 중', CLOSED: '마감', SOLD_OUT: '매진'},
    placeBadges: {waiting: '대기 중', prequeue: '대기실 입장', inside: '입장 차례'},
    states: {
        OPEN: '대기열이 열려 있습니다.', PREQUEUE: '대기열이 아직 열리지 않았습니다.', PAUSED: '입장이 잠시 멈췄습니다. 줄을 설 수 있으며 순서는 유지됩니다.',
        DRAINING: '새로운 대기는 받지 않습니다. 기다리는 분은 계속 입장합니다.', CLOSED: '대기열이 닫혀 있습니다.', SOLD_OUT: '남은 좌석이 없습니다.',
    },
    queue: '대기열', waitingNow: '대기', insideNow: '입장', rate: '입장 속도', perMinute: n => `1분에 약 ${number(n)}명`, newcomer: '지금 줄을 서면', noWait: '바로 입장',
    join: '예매 대기하기', joinEarly: '대기실 들어가기', joining: '대기열에 들어가는 중…', joinWhy: '새로 고치거나 페이지를 닫아도 대기 순서는 유지됩니다.',
    goOnWait: '내 대기 순서로 돌아가기', goOnSeats: '좌석 선택하기', goOnPay: '결제 계속하기',
    shut: {CLOSED: '지금은 들어갈 수 없습니다.', DRAINING: '지금은 들어갈 수 없습니다.', SOLD_OUT: '취소 좌석이 나오면 대기열이 자동으로 다시 열립니다.'},
    operatorSays: '주최 측 안내: ', lottery: '추첨', seedHash: '시드의 SHA-256', seed: '시드',
    lotteryBefore: '대기열이 열리기 전에는 번호가 없습니다. 열릴 때 대기실에 있는 모든 분의 순서를 추첨으로 정하므로 먼저 왔는지는 상관없습니다. 순서는 비밀 숫자인 시드로 정해집니다. 시드는 이미 정해졌고 아래는 그 지문이므로 이제 바꿀 수 없습니다.',
    lotteryAfter: '대기열이 열리기 전에 오신 분들의 순서는 추첨으로 정해졌습니다. 순서는 이 시드로 정해졌으며, 그 지문이 미리 공개한 값과 같으므로 누구나 확인할 수 있습니다.',

    /* The waiting room. */
    waiting: '대기 중입니다', waitingText: '이 페이지를 열어 두시면 차례가 되었을 때 자동으로 이동합니다.', early: '일찍 오셨습니다', earlyText: '시작되면 자동으로 진행됩니다. 그대로 기다려 주세요.',
    turn: '입장할 차례입니다', turnText: '안에 좌석을 선택하고 결제해 주세요. 이동하고 있습니다…', chooseSeats: '좌석 선택하기', yourPlace: '나의 대기 순서', placeSay: n => `대기 순서 ${n}번.`,
    next: '다음이 입장 차례입니다.', ahead: n => `앞에 ${number(n)}명이 있습니다`, progress: '대기 진행 정도', estimate: '예상 대기 시간', estimateUnknown: '아직 알 수 없습니다',
    asOf: time => `${time} 기준`, ticketNumber: '대기 번호', heard: time => `마지막 확인: ${time}.`,
    placeKept: n => `지금은 응답이 없습니다. 대기 순서는 유지됩니다. ${n}초 후에 다시 시도합니다.`,
    waitStates: {
        PAUSED: '입장이 잠시 멈췄습니다. 대기 순서는 유지됩니다.', DRAINING: '새로운 대기는 받지 않으며, 기다리는 분은 계속 입장합니다.',
        CLOSED: '대기열이 닫혀 있어 지금은 입장할 수 없습니다.', SOLD_OUT: '매진되었습니다. 취소 좌석이 나오면 자동으로 계속됩니다.', PREQUEUE: '아직 열리지 않았습니다.',
    },
    sound: '차례가 되면 소리로 알림', notice: '차례가 되면 알림 받기',
    leave: '대기열에서 나가기', leaveTitle: '대기열에서 나가시겠습니까?', leaveText: '대기 순서를 포기하게 됩니다. 다시 줄을 서면 맨 뒤에서 시작합니다.', leaveYes: '나가기',
    leaveInsideTitle: '지금 나가시겠습니까?', leaveInsideText: '선점한 좌석이 반환되고 차례가 다음 분에게 넘어갑니다.',
    overTitle: '이용 시간이 끝났습니다', queueAgain: '다시 줄서기',
    over: {
        session: '좌석을 선택하고 결제하는 시간이 끝났습니다. 결제하지 않은 좌석은 반환되었습니다. 다시 줄을 설 수 있습니다.',
        place: '대기 순서가 만료되었거나, 차례가 되었을 때 입장하지 않았습니다. 다시 줄을 설 수 있습니다.', token: '대기 순서를 확인할 수 없습니다. 다시 줄을 설 수 있습니다.',
    },

    /* Dates and seats. */
    dates: '날짜 선택', noDates: '지금 예매할 수 있는 날짜가 없습니다.', timesIn: zone => `모든 시각은 ${zone} 기준입니다.`,
    bookingOpens: time => `${time} 예매 시작`, bookingClosed: '예매 마감', seatsLeft: (n, all) => `잔여 ${number(n)}석 / 전체 ${number(all)}석`,
    seats: '좌석 선택', section: name => `${name}구역`, row: name => `${name}열`, seat: n => `${n}번`, allSeats: '전체 좌석', seatsFromTo: (a, b) => `${a}번~${b}번`,
    seatStates: {free: '선택 가능', held: '다른 분이 선점 중', sold: '판매 완료', blocked: '판매하지 않음', chosen: '선택함'},
    asList: '목록으로 보기', sectionLabel: '구역', rowLabel: '열', rowBefore: '앞 열', rowAfter: '다음 열', lineFree: (name, n) => `${name} (잔여 ${number(n)}석)`,
    map: '좌석 배치도', mapHelp: '화살표 키로 좌석을 이동하고 스페이스 키로 선택합니다. 더하기와 빼기 키로 확대·축소하고, 0 키로 전체를 봅니다. Shift와 화살표 키로 배치도를 움직이고, Page Up과 Page Down 키로 다른 구역으로 이동합니다.',
    zoomIn: '확대', zoomOut: '축소', fit: '전체 보기', stage: '무대', prices: '가격', priceFree: n => `잔여 ${number(n)}석`,
    bestTitle: '추천 좌석', bestNumber: '매수', best: '추천 좌석 선점하기', yourChoice: '선택한 좌석', noneChosen: '배치도에서 좌석을 고르거나 추천 좌석을 이용해 주세요.',
    letGo: name => `${name} 선택 해제`, hold: (n, sum) => `${number(n)}석 선점하기 · ${sum}`, holdNone: '좌석 선점하기', holding: '선점하는 중…',
    lostTitle: '다른 분이 먼저 선택했습니다.', lost: names => `방금 마감된 좌석: ${names}.`, takeNear: '가까운 좌석으로 바꾸기', holdOthers: n => `나머지 ${number(n)}석만 선점하기`,
    seatLimit: '이 날짜에 한 분이 예매할 수 있는 좌석 수를 넘었습니다. 좌석을 줄여 주세요.', stale: n => `배치도가 최신이 아닐 수 있습니다. ${n}초 후에 다시 확인합니다.`,

    /* Holding and paying. */
    pay: '결제', payTitle: '좌석을 선점했습니다', heldFor: '선점 유지 시간', extend: '시간 연장', extended: '시간이 연장되었습니다.', holdShort: '선점 시간이 1분 남지 않았습니다.',
    yourSeats: '좌석', sum: '합계', balance: '잔액', missingAmount: '부족한 금액', balanceAfter: '결제 후 잔액', chargeMissing: sum => `${sum} 충전하기`, charging: '충전하는 중…',
    charged: sum => `충전되었습니다. 잔액은 ${sum}입니다.`, chargeFirst: '지갑 잔액이 부족합니다.', chargeElsewhere: '지갑 잔액이 부족합니다. 로그인하신 사이트에서 충전한 다음 시간이 끝나기 전에 돌아와 주세요.',
    payNow: sum => `${sum} 결제하기`, paying: '결제하는 중…', giveBack: '좌석 반환하기', giveTitle: '좌석을 반환하시겠습니까?', giveText: '반환하면 바로 다른 분이 선택할 수 있습니다.',
    holdOver: '선점 시간이 끝났습니다', holdOverText: '좌석이 다시 풀렸습니다. 아직 남아 있을 수 있습니다.', holdGiven: '좌석을 반환했습니다', holdGivenText: '남은 시간 동안 다른 좌석을 선택할 수 있습니다.',
    trySame: '같은 좌석 다시 시도', backToSeats: '다른 좌석 선택하기',

    /* Tickets, and the visitor's own page. */
    paid: '결제가 완료되었습니다. 좌석이 확정되었습니다.', ticket: '티켓', reservation: '예매 내역', ticketAlt: n => `QR 코드가 있는 티켓 ${n}번`, print: '인쇄하기', download: '내려받기',
    date: '일시', paidAt: '결제 일시', reservationNumber: '예매 번호', concertNumber: n => `공연 ${n}`,
    reservationStates: {PENDING: '결제 대기', CONFIRMED: '예매 완료', REFUNDED: '환불 완료', EXPIRED: '기간 만료', CANCELED: '반환'},
    refund: '환불하기', refundTitle: '티켓을 환불하시겠습니까?', refundText: sum => `좌석은 다시 판매되고 ${sum}이 지갑으로 돌아갑니다.`, keep: '유지하기', refunded: sum => `환불되었습니다. 잔액은 ${sum}입니다.`,
    reservations: '내 티켓', noReservations: '아직 예매한 티켓이 없습니다.', andMore: (name, n) => `${name} 외 ${number(n)}석`,
    wallet: '내 지갑', charge: '충전하기', chargeAmount: '금액', history: '이용 내역', noHistory: '아직 내역이 없습니다.', when: '일시', what: '내용', amount: '금액',
    entryTypes: {CHARGE: '충전', PAYMENT: '결제', REFUND: '환불'}, nobody: '대기열에 들어가시면 티켓과 지갑이 이곳에 나타납니다.', demoStart: '지갑 만들기',
};
