/** An account's number with its middle digits hidden: they are nobody's business but the exchange's. */
export const maskedUid = (uid: string): string => (uid.length <= 6 ? '…' : `${uid.slice(0, 4)}…${uid.slice(-2)}`);
