/*
 * The words of the buyer's pages, under the same names in both languages.
 */
import {number, pick} from '../common/words.js';

const s = (n, one, many) => n === 1 ? one : many;

const en = {
    /* The frame, and what any view can meet. */
    skip: 'Skip to the content', menu: 'Menu', concerts: 'Concerts', myPage: 'My page', concert: 'Concert', loading: 'One moment …', more: 'Show more',
    busy: 'The server is busy.', offline: 'No connection.', againIn: n => `Trying again in ${n} s.`, goesOn: 'Continuing.',
    missing: 'Not found', missingText: 'There is nothing at this address.', failed: 'That did not work', failedText: 'Something unexpected happened. Please try again.',
    tryAgain: 'Try again', toConcerts: 'To the concerts', stay: 'Cancel',
    login: 'Please sign in', loginText: 'Sign in, and you will be brought back here.', toLogin: 'Sign in', signedIn: 'Signed in.',
    loginElsewhere: 'Please come through the site that sells the tickets: it signs you in.', signInOver: 'Your sign-in has expired.', newVisitor: 'Go on as a new visitor',
    timeLeft: 'Time left', timeLeftSay: time => `Time left to choose and pay: ${time}.`,

    /* Concerts and their queues. */
    noConcerts: 'There is no concert at the moment.', nextShow: time => `Next show: ${time}`, opensAt: time => `Opens ${time}`, opensIn: 'Opens in',
    badges: {OPEN: 'Open', PREQUEUE: 'Opens soon', PAUSED: 'Paused', DRAINING: 'Closing', CLOSED: 'Closed', SOLD_OUT: 'Sold out'},
    placeBadges: {waiting: 'You are in the queue', prequeue: 'You are in the waiting room', inside: 'It is your turn'},
    states: {
        OPEN: 'The queue is open.', PREQUEUE: 'The queue has not opened yet.', PAUSED: 'Admission has paused. Everyone keeps their place.',
        DRAINING: 'Nobody new can join. Those who wait are still let in.', CLOSED: 'The queue is closed: nobody can join or is let in now.', SOLD_OUT: 'Sold out. If a seat comes back, it goes on by itself.',
    },
    queue: 'Queue', waitingNow: 'Waiting', insideNow: 'Inside', rate: 'Let in', perMinute: n => `about ${number(n)} a minute`, newcomer: 'If you join now', noWait: 'no wait',
    join: 'Join the queue', joinEarly: 'Enter the waiting room', joining: 'Joining …', joinWhy: 'You keep your place when you reload or close this page.',
    goOnWait: 'Back to your place', goOnPay: 'Go on to payment',
    operatorSays: 'Message from the host: ', lottery: 'The draw', seedHash: 'SHA-256 of the seed', seed: 'Seed',
    lotteryBefore: 'Nobody has a number until the queue opens. Then a draw puts all who are here in order, so it does not matter who came first. It follows from a secret seed, chosen already: this is its fingerprint, so it cannot be changed any more.',
    lotteryAfter: 'A draw has put those who were here before the queue opened in order. It follows from this seed, whose fingerprint is the one shown before, so anyone can check it.',

    /* The waiting room. */
    waiting: 'You are in the queue', waitingText: 'Leave this page open: it goes on by itself when it is your turn.', early: 'You are here early', earlyText: 'It starts by itself. You do not have to do anything.',
    turn: 'It is your turn', turnText: 'to choose your seats and pay. Taking you there …', chooseSeats: 'Choose seats', yourPlace: 'Your place', placeSay: n => `Your place: ${n}.`,
    next: 'You are next.', ahead: n => `${number(n)} ${s(n, 'person', 'people')} ahead of you`, progress: 'How far you have come', estimate: 'Estimated wait', estimateUnknown: 'not known yet',
    asOf: time => `as of ${time}`, ticketNumber: 'Your number', heard: time => `Last update: ${time}.`,
    placeKept: n => `No answer at the moment. Your place is kept. Next try in ${n} s.`,
    sound: 'Sound when it is my turn', notice: 'Notify me when it is my turn',
    leave: 'Leave the queue', leaveTitle: 'Leave the queue?', leaveText: 'You give up your place. If you join again, you start at the end.', leaveYes: 'Leave',
    leaveInsideTitle: 'Leave now?', leaveInsideText: 'Seats that you hold are given back, and your turn goes to the next one.',
    overTitle: 'Your turn is over', queueAgain: 'Queue again',
    over: {
        session: 'The time to choose and pay has run out. Seats that were not paid are free again. You can queue again.',
        place: 'Your place has expired, or you did not come when it was your turn. You can queue again.', token: 'Your place is not known any more. You can queue again.',
    },

    /* Dates and seats. */
    dates: 'Choose a date', noDates: 'No date can be booked at the moment.', timesIn: zone => `All times are those of ${zone}.`,
    bookingOpens: time => `Booking opens ${time}`, bookingClosed: 'Booking is closed', seatsLeft: (n, all) => `${number(n)} of ${number(all)} seats left`,
    seats: 'Choose seats', section: name => `Section ${name}`, row: name => `row ${name}`, seat: n => `seat ${n}`, allSeats: 'All seats', seatsFromTo: (a, b) => `seats ${a} to ${b}`,
    seatStates: {free: 'available', held: 'held by somebody else', mine: 'held by you', sold: 'sold', blocked: 'not for sale', chosen: 'chosen'},
    asList: 'Show as a list', sectionLabel: 'Section', rowLabel: 'Row', rowBefore: 'Previous row', rowAfter: 'Next row', lineFree: (name, n) => `${name} (${number(n)} free)`,
    map: 'Seat map', mapHelp: 'Arrow keys go from seat to seat, Space chooses, plus and minus zoom, 0 shows the whole hall, Shift with an arrow key moves the map, Page Up and Page Down go to another section, N to the next free seat.',
    zoomIn: 'Zoom in', zoomOut: 'Zoom out', fit: 'Show the whole hall', stage: 'Stage', prices: 'Prices', priceFree: n => `${number(n)} free`,
    bestTitle: 'Best available', bestNumber: 'How many', best: 'Hold the best seats', yourChoice: 'Your choice', noneChosen: 'Choose seats on the map, or take the best ones.',
    letGo: name => `Remove ${name}`, hold: (n, sum) => `Hold ${number(n)} ${s(n, 'seat', 'seats')} · ${sum}`, holdNone: 'Hold seats', holding: 'Holding …',
    lostTitle: 'Somebody was faster.', lost: names => `Just taken: ${names}.`, takeNear: 'Choose the nearest instead', holdOthers: n => s(n, 'Hold the other one', `Hold the other ${number(n)}`),
    seatLimit: 'That is more seats than one person may have on this date. Choose fewer.', stale: n => `The map may be out of date. Asking again in ${n} s.`,

    /* Holding and paying. */
    pay: 'Pay', payTitle: 'Your seats are held', heldFor: 'Held for you for', extend: 'More time', extended: 'You have more time now.', holdShort: 'Less than a minute left for this hold.',
    yourSeats: 'Your seats', sum: 'Total', balance: 'Balance', missingAmount: 'Missing', balanceAfter: 'Balance afterwards', chargeMissing: sum => `Top up ${sum}`, charging: 'Topping up …',
    charged: sum => `Topped up. Your balance is ${sum}.`, chargeFirst: 'Your wallet does not hold enough yet.', chargeElsewhere: 'Your wallet does not hold enough. Charge it where you signed in, then come back here before the time is over.',
    payNow: sum => `Pay ${sum}`, paying: 'Paying …', giveBack: 'Give the seats back', giveTitle: 'Give the seats back?', giveText: 'They are free for others at once.',
    holdOver: 'The hold has run out', holdOverText: 'Your seats are free again. Perhaps they still are.', holdGiven: 'You have given the seats back', holdGivenText: 'You can choose others as long as your turn lasts.',
    payEnds: n => `Paying ends your turn: your other ${s(n, 'seat is', `${number(n)} seats are`)} given back.`, goneTitle: 'These seats were given back', gonePaid: 'They were given back when you paid for others.',
    trySame: 'Try the same seats again', backToSeats: 'Choose other seats',

    /* Tickets, and the visitor's own page. */
    paid: 'Paid. The seats are yours.', ticket: 'Ticket', reservation: 'Reservation', ticketAlt: n => `Ticket ${n} with its QR code`, print: 'Print', download: 'Download',
    date: 'Date', paidAt: 'Paid', refundedAt: 'Money back', reservationNumber: 'Reservation number', concertNumber: n => `Concert ${n}`,
    reservationStates: {PENDING: 'Not paid yet', CONFIRMED: 'Confirmed', REFUNDED: 'Refunded', EXPIRED: 'Expired', CANCELED: 'Given back'},
    refund: 'Refund', refundTitle: 'Give the ticket back?', refundText: sum => `The seats go back on sale, and ${sum} goes back into your wallet. That is possible until the show begins, unless the host ends it sooner.`, keep: 'Keep it', refunded: sum => `Refunded. Your balance is ${sum}.`,
    reservations: 'My tickets', noReservations: 'You have no tickets yet.', andMore: (name, n) => `${name}, and ${number(n)} more`,
    wallet: 'My wallet', charge: 'Top up', history: 'History', noHistory: 'Nothing has happened yet.', when: 'When', what: 'What', amount: 'Amount',
    entryTypes: {CHARGE: 'Top-up', PAYMENT: 'Payment', REFUND: 'Refund'}, nobody: 'Join a queue, and your tickets and your wallet are here.', demoStart: 'Open a wallet',
};

const ko = {
    skip: '본문으로 건너뛰기', menu: '메뉴', concerts: '공연', myPage: '마이페이지', concert: '공연', loading: '잠시만 기다려 주세요…', more: '더 보기',
    busy: '접속이 많아 응답이 늦어지고 있습니다.', offline: '연결이 끊겼습니다.', againIn: n => `${n}초 후에 다시 시도합니다.`, goesOn: '계속 진행합니다.',
    missing: '찾을 수 없습니다', missingText: '이 주소에는 페이지가 없습니다.', failed: '처리하지 못했습니다', failedText: '예상하지 못한 문제가 생겼습니다. 다시 시도해 주세요.',
    tryAgain: '다시 시도', toConcerts: '공연 목록으로', stay: '취소',
    login: '로그인해 주세요', loginText: '로그인하시면 이 페이지로 돌아옵니다.', toLogin: '로그인', signedIn: '로그인되었습니다.',
    loginElsewhere: '티켓을 판매하는 사이트에서 로그인한 다음 그 사이트를 통해 들어와 주세요.', signInOver: '로그인이 만료되었습니다.', newVisitor: '새 방문자로 계속하기',
    timeLeft: '남은 시간', timeLeftSay: time => `선택과 결제까지 남은 시간은 ${time}입니다.`,

    noConcerts: '지금은 예매할 수 있는 공연이 없습니다.', nextShow: time => `다음 공연: ${time}`, opensAt: time => `${time} 시작`, opensIn: '시작까지',
    badges: {OPEN: '예매 중', PREQUEUE: '오픈 예정', PAUSED: '일시 중지', DRAINING: '마감 중', CLOSED: '마감', SOLD_OUT: '매진'},
    placeBadges: {waiting: '대기 중', prequeue: '대기실 입장', inside: '입장 차례'},
    states: {
        OPEN: '대기열이 열려 있습니다.', PREQUEUE: '대기열이 아직 열리지 않았습니다.', PAUSED: '입장이 잠시 멈췄습니다. 대기 순서는 유지됩니다.',
        DRAINING: '새로운 대기는 받지 않으며, 기다리는 분은 계속 입장합니다.', CLOSED: '대기열이 닫혀 있어 지금은 입장할 수 없습니다.', SOLD_OUT: '매진되었습니다. 취소 좌석이 나오면 자동으로 계속됩니다.',
    },
    queue: '대기열', waitingNow: '대기', insideNow: '입장', rate: '입장 속도', perMinute: n => `1분에 약 ${number(n)}명`, newcomer: '지금 줄을 서면', noWait: '바로 입장',
    join: '예매 대기하기', joinEarly: '대기실 들어가기', joining: '대기열에 들어가는 중…', joinWhy: '새로 고치거나 페이지를 닫아도 대기 순서는 유지됩니다.',
    goOnWait: '내 대기 순서로 돌아가기', goOnPay: '결제 계속하기',
    operatorSays: '주최 측 안내: ', lottery: '추첨', seedHash: '시드의 SHA-256', seed: '시드',
    lotteryBefore: '대기열이 열릴 때 대기실에 있는 모든 분의 순서를 추첨으로 정하므로 먼저 왔는지는 상관없습니다. 순서는 비밀 시드로 정해집니다. 시드는 이미 정해졌고 아래는 그 지문이므로 이제 바꿀 수 없습니다.',
    lotteryAfter: '열리기 전에 오신 분들의 순서는 이 시드로 추첨했습니다. 그 지문이 미리 공개한 값과 같으므로 누구나 확인할 수 있습니다.',

    waiting: '대기 중입니다', waitingText: '이 페이지를 열어 두시면 차례가 되었을 때 자동으로 이동합니다.', early: '일찍 오셨습니다', earlyText: '시작되면 자동으로 진행됩니다. 그대로 기다려 주세요.',
    turn: '입장할 차례입니다', turnText: '안에 좌석을 선택하고 결제해 주세요. 이동하고 있습니다…', chooseSeats: '좌석 선택하기', yourPlace: '나의 대기 순서', placeSay: n => `대기 순서 ${n}번.`,
    next: '바로 다음 순서입니다.', ahead: n => `앞에 ${number(n)}명이 있습니다`, progress: '대기 진행 정도', estimate: '예상 대기 시간', estimateUnknown: '아직 알 수 없습니다',
    asOf: time => `${time} 기준`, ticketNumber: '대기 번호', heard: time => `마지막 확인: ${time}.`,
    placeKept: n => `지금은 응답이 없습니다. 대기 순서는 유지됩니다. ${n}초 후에 다시 시도합니다.`,
    sound: '차례가 되면 소리로 알림', notice: '차례가 되면 알림 받기',
    leave: '대기열에서 나가기', leaveTitle: '대기열에서 나가시겠습니까?', leaveText: '대기 순서를 포기하게 됩니다. 다시 줄을 서면 맨 뒤에서 시작합니다.', leaveYes: '나가기',
    leaveInsideTitle: '지금 나가시겠습니까?', leaveInsideText: '선점한 좌석이 반환되고 차례가 다음 분에게 넘어갑니다.',
    overTitle: '이용 시간이 끝났습니다', queueAgain: '다시 줄서기',
    over: {
        session: '좌석을 선택하고 결제하는 시간이 끝났습니다. 결제하지 않은 좌석은 반환되었습니다. 다시 줄을 설 수 있습니다.',
        place: '대기 순서가 만료되었거나, 차례가 되었을 때 입장하지 않았습니다. 다시 줄을 설 수 있습니다.', token: '대기 순서를 확인할 수 없습니다. 다시 줄을 설 수 있습니다.',
    },

    dates: '날짜 선택', noDates: '지금 예매할 수 있는 날짜가 없습니다.', timesIn: zone => `모든 시각은 ${zone} 기준입니다.`,
    bookingOpens: time => `${time} 예매 시작`, bookingClosed: '예매 마감', seatsLeft: (n, all) => `잔여 ${number(n)}석 / 전체 ${number(all)}석`,
    seats: '좌석 선택', section: name => `${name}구역`, row: name => `${name}열`, seat: n => `${n}번`, allSeats: '전체 좌석', seatsFromTo: (a, b) => `${a}번~${b}번`,
    seatStates: {free: '선택 가능', held: '다른 분이 선점 중', mine: '내가 선점 중', sold: '판매 완료', blocked: '판매하지 않음', chosen: '선택함'},
    asList: '목록으로 보기', sectionLabel: '구역', rowLabel: '열', rowBefore: '앞 열', rowAfter: '다음 열', lineFree: (name, n) => `${name} (잔여 ${number(n)}석)`,
    map: '좌석 배치도', mapHelp: '화살표 키로 좌석을 이동하고 스페이스 키로 선택합니다. 더하기와 빼기 키로 확대·축소하고, 0 키로 전체를 봅니다. Shift와 화살표 키로 배치도를 움직이고, Page Up과 Page Down 키로 다른 구역으로, N 키로 다음 빈 좌석으로 이동합니다.',
    zoomIn: '확대', zoomOut: '축소', fit: '전체 보기', stage: '무대', prices: '가격', priceFree: n => `잔여 ${number(n)}석`,
    bestTitle: '추천 좌석', bestNumber: '매수', best: '추천 좌석 선점하기', yourChoice: '선택한 좌석', noneChosen: '배치도에서 좌석을 고르거나 추천 좌석을 이용해 주세요.',
    letGo: name => `${name} 선택 해제`, hold: (n, sum) => `${number(n)}석 선점하기 · ${sum}`, holdNone: '좌석 선점하기', holding: '선점하는 중…',
    lostTitle: '다른 분이 먼저 선택했습니다.', lost: names => `방금 마감된 좌석: ${names}.`, takeNear: '가까운 좌석으로 바꾸기', holdOthers: n => `나머지 ${number(n)}석만 선점하기`,
    seatLimit: '이 날짜에 한 분이 예매할 수 있는 좌석 수를 넘었습니다. 좌석을 줄여 주세요.', stale: n => `배치도가 최신이 아닐 수 있습니다. ${n}초 후에 다시 확인합니다.`,

    pay: '결제', payTitle: '좌석을 선점했습니다', heldFor: '선점 유지 시간', extend: '시간 연장', extended: '시간이 연장되었습니다.', holdShort: '선점 시간이 1분 남지 않았습니다.',
    yourSeats: '좌석', sum: '합계', balance: '잔액', missingAmount: '부족한 금액', balanceAfter: '결제 후 잔액', chargeMissing: sum => `${sum} 충전하기`, charging: '충전하는 중…',
    charged: sum => `충전되었습니다. 잔액은 ${sum}입니다.`, chargeFirst: '지갑 잔액이 부족합니다.', chargeElsewhere: '지갑 잔액이 부족합니다. 로그인하신 사이트에서 충전한 다음 시간이 끝나기 전에 돌아와 주세요.',
    payNow: sum => `${sum} 결제하기`, paying: '결제하는 중…', giveBack: '좌석 반환하기', giveTitle: '좌석을 반환하시겠습니까?', giveText: '반환하면 바로 다른 분이 선택할 수 있습니다.',
    holdOver: '선점 시간이 끝났습니다', holdOverText: '좌석이 다시 풀렸습니다. 아직 남아 있을 수 있습니다.', holdGiven: '좌석을 반환했습니다', holdGivenText: '남은 시간 동안 다른 좌석을 선택할 수 있습니다.',
    payEnds: n => `결제하면 이용이 끝나고, 선점한 다른 좌석 ${number(n)}석은 반환됩니다.`, goneTitle: '반환된 좌석입니다', gonePaid: '다른 좌석을 결제하면서 반환되었습니다.',
    trySame: '같은 좌석 다시 시도', backToSeats: '다른 좌석 선택하기',

    paid: '결제가 완료되었습니다. 좌석이 확정되었습니다.', ticket: '티켓', reservation: '예매 내역', ticketAlt: n => `QR 코드가 있는 티켓 ${n}번`, print: '인쇄하기', download: '내려받기',
    date: '일시', paidAt: '결제 일시', refundedAt: '환불 일시', reservationNumber: '예매 번호', concertNumber: n => `공연 ${n}`,
    reservationStates: {PENDING: '결제 대기', CONFIRMED: '예매 완료', REFUNDED: '환불 완료', EXPIRED: '기간 만료', CANCELED: '반환'},
    refund: '환불하기', refundTitle: '티켓을 환불하시겠습니까?', refundText: sum => `좌석은 다시 판매되고 ${sum}이 지갑으로 돌아갑니다. 환불은 공연이 시작되기 전까지 할 수 있으며, 주최 측이 더 일찍 마감할 수 있습니다.`, keep: '유지하기', refunded: sum => `환불되었습니다. 잔액은 ${sum}입니다.`,
    reservations: '내 티켓', noReservations: '아직 예매한 티켓이 없습니다.', andMore: (name, n) => `${name} 외 ${number(n)}석`,
    wallet: '내 지갑', charge: '충전하기', history: '이용 내역', noHistory: '아직 내역이 없습니다.', when: '일시', what: '내용', amount: '금액',
    entryTypes: {CHARGE: '충전', PAYMENT: '결제', REFUND: '환불'}, nobody: '대기열에 들어가시면 티켓과 지갑이 이곳에 나타납니다.', demoStart: '지갑 만들기',
};

export const text = pick({en, ko});
