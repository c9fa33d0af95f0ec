import { Fragment } from 'react';

const PART = /(\(?\d{4}-\d{2}-\d{2}|\(?\d{2}:\d{2}(?::\d{2})?(?: UTC\)?)?)/;

/** A text whose dates and times are not broken in two. */
export function Unbroken({ text }: { text: string }) {
  return text
    .split(PART)
    .map((part, index) => (
      <Fragment key={index}>{index % 2 === 1 ? <span className="whitespace-nowrap">{part}</span> : part}</Fragment>
    ));
}
