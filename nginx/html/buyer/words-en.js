/* English. The same names as words-ko.js. */
import {number} from '../common/words.js';

const s = (n, one, many) => n === 1 ? one : many;

export default {
    /* The frame, and what any view can meet. */
    skip: 'Skip to the content', menu: 'Menu', concerts: 'Concerts', myPage: 'My page', concert: 'Concert', loading: 'One moment …', more: 'Show more',
    busy: 'The server is busy.', offline: 'No connection.', againIn: n => `Trying again in ${n} s.`, goesOn: 'It goes on.',
    missing: 'Not found', missingText: 'There is nothing at this address.', failed: 'That did not work', failedText: 'Something unexpected happened. Please try again.',
    tryAgain: 'Try again', toConcerts: 'To the concerts', stay: 'Cancel',
    login: 'Please sign in', loginText: 'Sign in, and you will be brought back here.', toLogin: 'Sign in', signedIn: 'Signed in.',
    loginElsewhere: 'Please come through the site that sells the tickets: it signs you in.', signInOver: 'Your sign-in has expired.',
    timeLeft: 'Time left', timeLeftSay: time => `Time left to choose and pay: ${time}.`,

    /* Concerts and their queues. */
    noConcerts: 'There is no concert at the moment.', nextShow: time => `Next show: ${time}`, opensAt: time => `Opens ${time}`, opensIn: 'Opens in',
    badges: {OPEN: 'Open', PREQUEUE: 'Opens soon', PAUSED: 'Paused', DRAINING: 'Closing', CLOSED: 'Closed', SOLD_OUT: 'Sold out'},
    placeBadges: {waiting: 'You are in the queue', prequeue: 'You are in the waiting room', inside: 'It is your turn'},
    states: {
        OPEN: 'The queue is open.', PREQUEUE: 'The queue has not opened yet.', PAUSED: 'Admission has paused for the moment. You can join and keep your place.',
        DRAINING: 'Nobody new can join. Those who wait are still let in.', CLOSED: 'The queue is closed.', SOLD_OUT: 'There is no seat left.',
    },
    queue: 'Queue', waitingNow: 'Waiting', insideNow: 'Inside', rate: 'Let in', perMinute: n => `about ${number(n)} a minute`, newcomer: 'If you join now', noWait: 'no wait',
    join: 'Join the queue', joinEarly: 'Enter the waiting room', joining: 'Joining …', joinWhy: 'You keep your place when you reload or close this page.',
    goOnWait: 'Back to your place', goOnSeats: 'Choose seats', goOnPay: 'Go on to payment',
    shut: {CLOSED: 'Nobody can join now.', DRAINING: 'Nobody can join now.', SOLD_OUT: 'If a seat comes back, the queue opens again by itself.'},
    operatorSays: 'Message from the host: ', lottery: 'The draw', seedHash: 'SHA-256 of the seed', seed: 'Seed',
    lotteryBefore: 'Until the queue opens nobody has a number. Then all who are here are put in order by a draw, so it does not matter who came first. The order will follow from a secret number, the seed. It has been chosen already: this is its fingerprint, so that it cannot be changed any more.',
    lotteryAfter: 'Those who were here before the queue opened were put in order by a draw. The order follows from this seed, and its fingerprint is the one that was shown before, so anyone can check it.',

    /* The waiting room. */
    waiting: 'You are in the queue', waitingText: 'Leave this page open: it goes on by itself when it is your turn.', early: 'You are here early', earlyText: 'It starts by itself. You do not have to do anything.',
    turn: 'It is your turn', turnText: 'to choose your seats and pay. Taking you there …', chooseSeats: 'Choose seats', yourPlace: 'Your place', placeSay: n => `Your place: ${n}.`,
    next: 'You are next.', ahead: n => `${number(n)} ${s(n, 'person', 'people')} ahead of you`, progress: 'How far you have come', estimate: 'Estimated wait', estimateUnknown: 'not known yet',
    asOf: time => `as of ${time}`, ticketNumber: 'Your number', heard: time => `Last heard of at ${time}.`,
    placeKept: n => `No answer at the moment. Your place is kept. Next try in ${n} s.`,
    waitStates: {
        PAUSED: 'Admission has paused. You keep your place.', DRAINING: 'Nobody new can join; those who wait are still let in.',
        CLOSED: 'The queue is closed: nobody is let in now.', SOLD_OUT: 'Sold out. If a seat comes back, it goes on by itself.', PREQUEUE: 'The queue has not opened yet.',
    },
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
    seatStates: {free: 'available', held: 'held by somebody else', sold: 'sold', blocked: 'not for sale', chosen: 'chosen'},
    asList: 'Show as a list', sectionLabel: 'Section', rowLabel: 'Row', rowBefore: 'Previous row', rowAfter: 'Next row', lineFree: (name, n) => `${name} (${number(n)} free)`,
    map: 'Seat map', mapHelp: 'Arrow keys go from seat to seat, Space chooses, plus and minus zoom, 0 shows the whole hall, Shift with an arrow key moves the map, Page Up and Page Down go to another section.',
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
    trySame: 'Try the same seats again', backToSeats: 'Choose other seats',

    /* Tickets, and the visitor's own page. */
    paid: 'Paid. The seats are yours.', ticket: 'Ticket', reservation: 'Reservation', ticketAlt: n => `Ticket ${n} with its QR code`, print: 'Print', download: 'Download',
    date: 'Date', paidAt: 'Paid', reservationNumber: 'Reservation number', concertNumber: n => `Concert ${n}`,
    reservationStates: {PENDING: 'Not paid yet', CONFIRMED: 'Confirmed', REFUNDED: 'Refunded', EXPIRED: 'Expired', CANCELED: 'Given back'},
    refund: 'Refund', refundTitle: 'Give the ticket back?', refundText: sum => `The seats go back on sale, and ${sum} goes back into your wallet.`, keep: 'Keep it', refunded: sum => `Refunded. Your balance is ${sum}.`,
    reservations: 'My tickets', noReservations: 'You have no tickets yet.', andMore: (name, n) => `${name}, and ${number(n)} more`,
    wallet: 'My wallet', charge: 'Top up', chargeAmount: 'Amount', history: 'History', noHistory: 'Nothing has happened yet.', when: 'When', what: 'What', amount: 'Amount',
    entryTypes: {CHARGE: 'Top-up', PAYMENT: 'Payment', REFUND: 'Refund'}, nobody: 'Join a queue, and your tickets and your wallet are here.', demoStart: 'Open a wallet',
};
