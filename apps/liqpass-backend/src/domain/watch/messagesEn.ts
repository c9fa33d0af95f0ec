import type { Wordings } from './wording.ts';

const CHANGES: Readonly<Record<string, string>> = {
  MARGIN_ADDED: 'margin was added',
  MARGIN_REMOVED: 'margin was taken out',
  LEVERAGE_CHANGED: 'the leverage was changed',
  SIZE_ADDED: 'size was added',
  SIZE_REDUCED: 'the position became smaller',
};
const HOLDS = ['MARGIN_REMOVED', 'LEVERAGE_CHANGED', 'SIZE_ADDED'];

export const EN: Wordings = {
  TEST: () => ['LiqPass: this works', 'Messages about your cover will arrive here.'],
  CONFIRM: () => [
    'LiqPass: confirm this address',
    'Somebody asked for messages about their cover to be sent here. Open the link to confirm. If it was not you, do nothing: no more will come.',
  ],
  PAYMENT_SEEN: () => [
    'Your payment was seen',
    'It is on the chain and not final yet. There is nothing to do: you are told when it counts.',
  ],
  PAID: ({ amount }) => [
    'Your payment counts',
    `${amount ? `${amount} USDC came. ` : ''}The policy says from when you are covered.`,
  ],
  REFUND_DUE: () => [
    'Your payment buys no cover and goes back',
    'The policy says why. You are NOT covered. Look whether the address for the refund is right.',
  ],
  REFUNDED: ({ amount }) => [
    'Your payment was sent back',
    `${amount ? `${amount} USDC ` : 'It '}went out. The transaction is on the policy.`,
  ],
  COVER_BEGINS: () => [
    'Your cover has begun',
    'A liquidation of the position from now until the end of the cover is covered.',
  ],
  NEAR: ({ distance, liq_px: liqPx, mark_px: markPx }) => [
    `Liquidation is near: ${distance} % away`,
    `The mark price is ${markPx}, the position is liquidated at ${liqPx}. You can add margin or make the position smaller at OKX.`,
  ],
  POSITION_CHANGED: ({ kind = '', before, after, amount }) => [
    `A change of your position: ${CHANGES[kind] ?? kind}`,
    `${amount ? `Amount: ${amount}. ` : before && after ? `From ${before} to ${after}. ` : ''}${
      HOLDS.includes(kind)
        ? 'Cover goes on; a claim is looked at by a person before it is paid.'
        : 'Cover goes on as it is.'
    } If it was not you, look at your OKX account now.`,
  ],
  PARTLY_LIQUIDATED: () => [
    'A part of your position was liquidated',
    'Its evidence is kept. The rest is still open and still covered: a claim filed now is for the part; one filed when the rest is settled is for all of it. A cover has one claim.',
  ],
  LIQUIDATED: () => [
    'Your position was liquidated',
    'Its evidence is kept. File the claim on the policy: it is filled in.',
  ],
  POSITION_CLOSED: () => ['Your position is closed', 'It was not liquidated. There is nothing more to cover.'],
  CLAIM_FILED: () => [
    'Your position was liquidated, and the claim is filed',
    'The watch filed it as you asked. It is proven and then reviewed by a person; you are told what they decide.',
  ],
  CLAIM_APPROVED: ({ amount }) => [
    'Your claim is approved',
    `${amount ?? ''} USDC will be paid to your payout address.`,
  ],
  CLAIM_REJECTED: ({ reason }) => [
    'Your claim is rejected',
    `The reason: ${reason ?? '–'}. The policy has the evidence, and says what you can do.`,
  ],
  CLAIM_PAID: ({ amount }) => [
    'Your claim is paid',
    `${amount ?? ''} USDC went to your payout address. The transaction is on the policy.`,
  ],
  ENDS_SOON: ({ until }) => [
    'Your cover ends within the hour',
    `It ends at ${until ?? '–'}. Follow the link to cover the position again; where a key showed it, the next cover begins at that moment.`,
  ],
  KEY_DEAD: ({ code }) => [
    'The watch can no longer see your position',
    `OKX does not take your key (${code ?? '–'}). Cover goes on, but nothing is watched and no claim is filed for you. Give a read-only key again.`,
  ],
  PAYMENT_REPORTED: ({ order, amount }) => [
    'A payment was reported',
    `Order ${order}, ${amount} USDC. See whether it came, and mark it.`,
  ],
  PAYMENT_UNMATCHED: ({ amount, tx }) => [
    'Money came that matches nothing',
    `${amount} USDC in ${tx}. Assign it on the payments page.`,
  ],
  CLAIM_TO_REVIEW: ({ claim, amount }) => ['A claim is to be reviewed', `Claim ${claim}, ${amount} USDC.`],
  CLAIM_OVERDUE: ({ claim, hours }) => [
    'A claim waits longer than promised',
    `Claim ${claim} has waited more than ${hours} h. Review it now.`,
  ],
  PAYOUT_DUE: ({ kind, amount }) => ['Money is to be paid out', `${amount} USDC (${kind}). It is on the payouts page.`],
  TREASURY_TROUBLE: ({ code }) => [
    'The treasury cannot be read or believed',
    `${code}. See the treasury page before anything is paid.`,
  ],
  BOOK_OFF: () => ['The book does not add up', 'Everything is off sale until its sums are checked again.'],
  CAPITAL_LOW: ({ capital, reserve }) => [
    'Capital is low',
    `${capital} USDC stand against a reserve of ${reserve} USDC.`,
  ],
  EXCHANGE_DOWN: () => [
    'The exchange does not answer',
    'Nothing is sold while this lasts, and no claim fails because of it.',
  ],
  AUDIT_BROKEN: ({ problems }) => [
    'The audit trail does not check',
    `${problems} problems; npm run audit -- check lists them. Stop paying and find out why.`,
  ],
  LOG_BROKEN: ({ reason = '' }) => [
    'The public log is broken',
    reason === 'STOPPED'
      ? 'Nothing could be appended to it for five minutes; it is tried on. The backend’s log says why.'
      : `The database does not hold what was published (${reason}), and nothing more is appended. Somebody changed it, or an old backup was restored: stop paying and find out why.`,
  ],
  WATCH_BLIND: ({ order, code }) => [
    'A trader’s key no longer works',
    `Order ${order}: ${code}. The trader was told; cover goes on.`,
  ],
  NEW_KEY_USED: ({ name }) => ['A key was used for the first time', `${name}. If nobody knows of it, revoke it now.`],
};
