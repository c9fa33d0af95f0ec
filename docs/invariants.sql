-- What holds in the database at every moment, whatever crashed: docs/states.md, as queries.
-- Each selects the rows that break it, so each must select nothing. `npm run faults` runs them after every fault;
-- an operator can run the file as it stands: psql "$DATABASE_URL" -f docs/invariants.sql

-- Purchase orders

-- name: money that came has a binding, or is to be refunded
select id from purchase_orders where paid_at is not null and okx_meta_json is null and refund_reason is distinct from 'PAID_BEFORE_BINDING';

-- name: a binding was made before the payment, never after
select id from purchase_orders where paid_at is not null and bound_at is not null and refund_reason is null
  and exists (select from audit_log b join audit_log p on p.subject_id = b.subject_id
    where b.subject_id = purchase_orders.id::text and b.action = 'bind' and p.action = 'mark_paid' and b.id > p.id);

-- name: one purchase order that is covered, or may become so, to an OKX order; and one that follows it
select okx_meta_json ->> 'ordId' as ord_id from purchase_orders
  where okx_meta_json is not null and binding_released_at is null group by 1, behind having count(*) > 1;

-- name: one purchase order that is covered, or may become so, to a lifetime of a position; and one that follows it
select okx_main_uid, okx_pos_id, okx_pos_ctime from purchase_orders
  where okx_pos_id is not null and binding_released_at is null group by 1, 2, 3, behind having count(*) > 1;

-- name: the next cover of a position stands behind one that has it, and begins after that one
select b.id from purchase_orders b where b.behind and b.binding_released_at is null and not exists (select from purchase_orders a
    where (a.okx_main_uid, a.okx_pos_id, a.okx_pos_ctime) = (b.okx_main_uid, b.okx_pos_id, b.okx_pos_ctime)
      and not a.behind and a.binding_released_at is null and a.paid_at is not null and a.coverage_end_at <= b.coverage_start_at);

-- name: what let go of its binding is no cover, or was one that had ended
select id from purchase_orders where binding_released_at < coverage_end_at and paid_at is not null and refund_reason is null;

-- name: two covers of one OKX order do not overlap
select a.id, b.id as other from purchase_orders a join purchase_orders b on b.okx_meta_json ->> 'ordId' = a.okx_meta_json ->> 'ordId' and b.id > a.id
  where a.paid_at is not null and a.refund_reason is null and b.paid_at is not null and b.refund_reason is null
    and greatest(a.coverage_start_at, a.paid_at, a.bound_at) < b.coverage_end_at and greatest(b.coverage_start_at, b.paid_at, b.bound_at) < a.coverage_end_at;

-- name: two covers of one position do not overlap
select a.id, b.id as other from purchase_orders a join purchase_orders b on b.id > a.id
    and (a.okx_main_uid, a.okx_pos_id, a.okx_pos_ctime) = (b.okx_main_uid, b.okx_pos_id, b.okx_pos_ctime)
  where a.paid_at is not null and a.refund_reason is null and b.paid_at is not null and b.refund_reason is null
    and greatest(a.coverage_start_at, a.paid_at, a.bound_at) < b.coverage_end_at and greatest(b.coverage_start_at, b.paid_at, b.bound_at) < a.coverage_end_at;

-- name: one transaction pays one purchase order
select payment_tx_hash from purchase_orders where payment_tx_hash is not null group by 1 having count(*) > 1;

-- name: money that buys no cover says why
select id from purchase_orders where paid_at is not null and refund_reason is null and paid_at >= coverage_end_at;

-- name: a price that buys cover was paid within 30 minutes, and not before the order
select id from purchase_orders where paid_at is not null and refund_reason is null
  and (paid_at >= (case when attested then bound_at when quote_hash in (select quote_hash from quotes) then created_at end) + interval '30 minutes'
    or paid_at < created_at - interval '1 minute');

-- name: money that was short is to be refunded
select id from purchase_orders where paid_amount_usdc < coalesce(amount_due_usdc, premium_amount_usdc) and refund_reason is null;

-- name: an order was created once, and paid at most once, but for records that were undone or topped up, as the audit trail has it
select o.id, count(*) filter (where l.action = 'create') as created, count(*) filter (where l.action = 'mark_paid') as paid
  from purchase_orders o left join audit_log l on l.subject_type = 'purchase_order' and l.subject_id = o.id::text
  group by o.id, o.paid_at
  having count(*) filter (where l.action = 'create') <> 1
      or count(*) filter (where l.action = 'mark_paid')
        - count(*) filter (where l.action = 'top_up' or (l.action = 'undo_paid' and l.to_status <> 'REFUND_DUE')) <> (case when o.paid_at is null then 0 else 1 end);

-- name: a bound order has the audit row of its binding
select id from purchase_orders o where bound_at is not null
  and not exists (select from audit_log l where l.subject_id = o.id::text and l.action = 'bind');

-- Claims

-- name: no claim without money before it, without a binding, or on money to be refunded; one that a void cover ended is rejected
select c.id from insurance_claims c join purchase_orders o on o.id = c.purchase_order_id
  where o.paid_at is null or o.okx_meta_json is null
    or (o.refund_reason is not null and not (o.refund_reason = 'TOUCHED_BEFORE_COVER' and c.status = 'REJECTED'));

-- name: one claim to an order and its OKX order
select purchase_order_id, okx_event_id from insurance_claims group by 1, 2 having count(*) > 1;

-- name: a claim is about the OKX order that its purchase order is bound to
select c.id from insurance_claims c join purchase_orders o on o.id = c.purchase_order_id
  where c.okx_event_id is distinct from 'ordId:' || (o.okx_meta_json ->> 'ordId');

-- name: a claim's window begins with the cover, the payment, the binding and the order, and after the wait, never before
select c.id from insurance_claims c join purchase_orders o on o.id = c.purchase_order_id
  where c.coverage_window_start is distinct from greatest(o.coverage_start_at,
      o.paid_at + case when o.attested then interval '10 minutes' else interval '0' end, o.bound_at, o.created_at) or c.coverage_window_end is distinct from o.coverage_end_at;

-- name: review, approval and payout only with verdict, evidence, moment and amount
select id from insurance_claims where status in ('VERIFIED_PENDING_REVIEW', 'APPROVED_PENDING_MULTISIG', 'PAID')
  and (verdict is null or verdict not in ('LIQUIDATED', 'PARTIALLY_LIQUIDATED') or evidence_root is null or evidence_json is null
    or payout_amount_usdc is null or liquidation_time_ms is null);

-- name: nobody is paid for what happened outside the effective window
select id from insurance_claims where payout_amount_usdc is not null
  and not (to_timestamp(liquidation_time_ms / 1000.0) >= coverage_window_start and to_timestamp(liquidation_time_ms / 1000.0) < coverage_window_end);

-- name: one liquidation of a position is owed for once
select c.id, d.id as other from insurance_claims c join purchase_orders o on o.id = c.purchase_order_id
    join purchase_orders q on q.id > o.id and (q.okx_main_uid, q.okx_pos_id, q.okx_pos_ctime) = (o.okx_main_uid, o.okx_pos_id, o.okx_pos_ctime)
    join insurance_claims d on d.purchase_order_id = q.id and d.liquidation_time_ms = c.liquidation_time_ms
  where c.payout_amount_usdc is not null and d.payout_amount_usdc is not null;

-- name: no payout above the fixed sum or the cap that was sold
select c.id from insurance_claims c join purchase_orders o on o.id = c.purchase_order_id
  where c.payout_amount_usdc > least((o.policy_params_json ->> 'payout_fixed_usdc')::numeric, (o.policy_params_json ->> 'payout_cap_usdc')::numeric);

-- name: a claim waits exactly while somebody will ask
select id from insurance_claims where (status = 'VERIFYING') <> (next_attempt_at is not null);

-- name: a claim that ended badly says why
select id from insurance_claims where status in ('REJECTED', 'FAILED') and rejected_reason is null;

-- name: a payout has an approval before it, and a transaction
select id from insurance_claims where status = 'PAID'
  and (approved_at is null or approved_by is null or multisig_tx_hash is null or paid_at is null);

-- name: an approved claim was on no hold
select id from insurance_claims where status in ('APPROVED_PENDING_MULTISIG', 'PAID') and hold_reasons <> '{}';

-- name: every step of a claim is one that docs/states.md has
select id, subject_id, from_status, to_status from audit_log where subject_type = 'claim' and to_status is distinct from from_status
  and (coalesce(from_status, '-'), coalesce(to_status, '-')) not in (
    ('-', 'VERIFYING'), ('FAILED', 'VERIFYING'),
    ('VERIFYING', 'VERIFIED_PENDING_REVIEW'), ('VERIFYING', 'REJECTED'), ('VERIFYING', 'FAILED'),
    ('VERIFIED_PENDING_REVIEW', 'APPROVED_PENDING_MULTISIG'), ('VERIFIED_PENDING_REVIEW', 'REJECTED'),
    ('APPROVED_PENDING_MULTISIG', 'VERIFIED_PENDING_REVIEW'), ('REJECTED', 'VERIFIED_PENDING_REVIEW'),
    ('APPROVED_PENDING_MULTISIG', 'PAID'), ('PAID', 'APPROVED_PENDING_MULTISIG'));

-- name: a claim's status is where its last step led
select c.id, c.status from insurance_claims c where c.status is distinct from
  (select l.to_status from audit_log l where l.subject_id = c.id::text and l.subject_type = 'claim' and l.to_status is not null order by l.id desc limit 1);

-- name: each step of a claim begins where the one before it ended
select id, subject_id from (
  select id, subject_id, from_status, lag(to_status) over (partition by subject_id order by id) as before
  from audit_log where subject_type = 'claim' and to_status is not null) steps
  where from_status is distinct from before;

-- name: a claim is filed once and paid at most once, but for payments whose record was undone
select subject_id from audit_log where subject_type = 'claim' group by 1
  having count(*) filter (where action = 'file') > 1
      or count(*) filter (where action = 'mark_paid') - count(*) filter (where action = 'undo_paid') not in (0, 1);

-- name: attempts are counted as the audit trail has them, since the last retry
select c.id, c.attempts from insurance_claims c where c.attempts <> (
  select count(*) from audit_log l where l.subject_id = c.id::text and l.action = 'verify'
    and l.id > coalesce((select max(r.id) from audit_log r where r.subject_id = c.id::text and r.action = 'retry'), 0));

-- name: a payout follows an approval that was not taken back
select c.id from insurance_claims c where c.status in ('APPROVED_PENDING_MULTISIG', 'PAID')
  and (select d.decision from claim_decisions d where d.claim_id = c.id order by d.id desc limit 1) is distinct from 'APPROVE';

-- name: every decision has its audit row
select d.claim_id, d.decision from claim_decisions d
  where (select count(*) from claim_decisions x where x.claim_id = d.claim_id and x.decision = d.decision)
     <> (select count(*) from audit_log l where l.subject_id = d.claim_id::text and l.subject_type = 'claim' and l.action = lower(d.decision));

-- What is to be paid

-- name: nothing is owed twice
select kind, subject from payouts where withdrawn_at is null group by 1, 2 having count(*) > 1;

-- name: a claim is owed from its approval on, as it was approved, and paid as it says
select c.id from insurance_claims c left join payouts o on o.claim_id = c.id and o.withdrawn_at is null
  where (c.status in ('APPROVED_PENDING_MULTISIG', 'PAID')) <> (o.id is not null)
    or (c.status = 'PAID') <> coalesce(o.status = 'PAID', false)
    or (o.id is not null and (o.amount_usdc <> c.payout_amount_usdc or o.payee <> c.claimant or o.tx_hash is distinct from c.multisig_tx_hash));

-- name: money that bought no cover is owed back, all of it that is not owed back as too much
select p.id from purchase_orders p left join payouts o on o.kind = 'refund' and o.subject = p.id::text and o.withdrawn_at is null
  where (p.refund_reason is not null and p.paid_amount_usdc > 0) <> (o.id is not null)
    or o.amount_usdc <> p.paid_amount_usdc - coalesce((select e.amount_usdc from payouts e where e.kind = 'excess' and e.subject = p.id::text), 0);

-- name: an order is refunded exactly when its refund is paid, by the same transaction
select p.id from purchase_orders p left join payouts o on o.kind = 'refund' and o.subject = p.id::text and o.status = 'PAID'
  where p.refund_tx_hash is distinct from o.tx_hash or p.refund_to is distinct from (case when o.id is not null then o.payee end);

-- name: no more goes back than came
select p.id from purchase_orders p join payouts o on o.purchase_order_id = p.id and o.withdrawn_at is null
  and (o.kind = 'refund' or (o.kind = 'excess' and o.subject = p.id::text))
  group by p.id, p.paid_amount_usdc having sum(o.amount_usdc) > p.paid_amount_usdc;

-- name: nobody is paid without an approval
select id from payouts where status <> 'DUE' and (approved_by is null or payee is null);

-- name: a refund is recorded by another than who approved it, or by a one-person shop
select o.id from payouts o where o.kind <> 'claim' and o.status = 'PAID'
  and o.approved_by = (select l.actor from audit_log l
    where l.subject_type = 'payout' and l.subject_id = o.id::text and l.action = 'mark_paid' order by l.id desc limit 1)
  and not exists (select from audit_log l where l.subject_id = o.id::text and l.action = 'mark_paid' and l.details ? 'one_person_shop');

-- name: what is in a batch is in one that was not dropped, as the batch lists it
select o.id from payouts o left join payout_batches b on b.id = o.batch_id
  left join payout_batch_items i on i.batch_id = o.batch_id and i.payout_id = o.id
  where (o.status = 'IN_BATCH' and (b.id is null or b.dropped_at is not null))
    or (o.batch_id is not null and (i.payout_id is null or i.payee <> o.payee or i.amount_usdc <> o.amount_usdc));

-- name: a batch is its list
select b.id from payout_batches b left join payout_batch_items i on i.batch_id = b.id
  group by b.id having count(i.payout_id) <> b.count or coalesce(sum(i.amount_usdc), 0) <> b.total_usdc;

-- The book and its quotes

-- name: a quote buys one order
select quote_hash from purchase_orders where quote_hash in (select quote_hash from quotes) group by 1 having count(*) > 1;

-- name: a quote that was used names the order that carries it
select q.quote_hash from quotes q left join purchase_orders o on o.id = q.purchase_order_id
  where q.purchase_order_id is not null and o.quote_hash is distinct from q.quote_hash;

-- name: the sums that are kept are what the rooms add up to
select policy_type, inst_id, side from (
    select policy_type, coalesce(inst_id, '') as inst_id, coalesce(side, '') as side, payout_usdc as amount from book_rooms
      where held_until > (select at from book_kept)
    union all select policy_type, coalesce(inst_id, ''), coalesce(side, ''), -payout_usdc from book_changes
      where held_until > (select at from book_kept)
    union all select policy_type, inst_id, side, -in_force_usdc from book_sums) parts
  group by 1, 2, 3 having sum(amount) <> 0;

-- The chain

-- name: what is kept of the chain is what stands up to the checkpoint, and nothing beyond it
select t.id from chain_transfers t join chain_readers r on r.id = t.reader_id where t.block_number > r.last_block and t.vanished_at is null;

-- name: the reader stands at its newest checkpoint
select r.id from chain_readers r where not exists (select from chain_checkpoints c
    where c.reader_id = r.id and c.block_number = r.last_block and c.block_hash = r.last_hash)
  or exists (select from chain_checkpoints c where c.reader_id = r.id and c.block_number > r.last_block);

-- name: what the chain recorded as paid was paid by the money that is kept, to the millionth
select o.id from purchase_orders o where o.marked_paid_by = 'chain' and o.paid_at is not null
  and o.paid_amount_usdc is distinct from
    (select sum(t.amount_usdc) from chain_transfers t where t.purchase_order_id = o.id and t.counted_as = 'premium');

-- name: money that counts belongs to an order that is paid
select t.id from chain_transfers t join purchase_orders o on o.id = t.purchase_order_id where t.counted_at is not null and o.paid_at is null;

-- name: a second payment that the chain shows is owed back, by its log or by its transaction
select t.id from chain_transfers t where t.counted_as = 'second_payment' and not exists (select from payouts e
  where e.kind = 'excess' and e.purchase_order_id = t.purchase_order_id and split_part(e.subject, ':', 1) = t.tx_hash);

-- name: a payout that the chain recorded has the log that paid it, and a log is of a payout that it paid
select o.id from payouts o left join chain_transfers t on t.payout_id = o.id
  where (o.status = 'PAID' and o.recorded_by = 'chain' and t.id is null)
    or (t.id is not null and (o.status <> 'PAID' or o.tx_hash <> t.tx_hash or o.amount_usdc <> t.amount_usdc or lower(o.payee) <> t.party));

-- name: what is shown of a payment is what is kept of the chain
select o.id from purchase_orders o where o.payment_seen_tx_hash is not null and not exists (select from chain_transfers t
    where t.purchase_order_id = o.id and t.tx_hash = o.payment_seen_tx_hash and t.block_number = o.payment_seen_block and t.vanished_at is null
      and (t.counted_at is not null) = o.payment_final)
  or o.payment_seen_tx_hash is null and exists (select from chain_transfers t
    where t.purchase_order_id = o.id and t.vanished_at is null and t.counted_as is distinct from 'second_payment')
  or (o.premium_vanished_at is not null) <> exists (select from chain_transfers t
    where t.purchase_order_id = o.id and t.counted_as = 'premium' and t.vanished_at is not null);

-- The audit trail

-- name: seals follow one another, each over one row
select s.first_seq from (select *, lag(first_seq + cardinality(audit_ids)) over w as follows,
    lag(substr(hashes, length(hashes) - 31)) over w as before from audit_seals window w as (order by first_seq)) s
  where s.follows is not null and (s.follows <> s.first_seq or s.before <> s.prev_hash)
union all select min(first_seq) from (select first_seq, unnest(audit_ids) as id from audit_seals) s group by id having count(*) > 1;

-- name: a seal is found by its rows
select s.first_seq from audit_seals s where span is distinct from
  (select int8range(min(id), max(id), '[]') from unnest(audit_ids) as id)
  or up_to < (select max(id) from unnest(audit_ids) as id);

-- name: an audit row is about something that is there
select l.id from audit_log l where (l.subject_type = 'claim' and not exists (select from insurance_claims c where c.id::text = l.subject_id))
  or (l.subject_type = 'payout' and not exists (select from payouts o where o.id::text = l.subject_id))
  or (l.subject_type = 'batch' and not exists (select from payout_batches b where b.id::text = l.subject_id))
  or (l.subject_type = 'purchase_order' and not exists (select from purchase_orders o where o.id::text = l.subject_id));

-- name: an audit row is as it was written
select id from audit_log where stamp_nonce is null and stamp is distinct from audit_stamp(id, at, actor, action, subject_type, subject_id, from_status, to_status, why, details, request_id);

-- Answers kept for repeated calls

-- name: an answer that was kept names an order that is there
select k.key from idempotency_keys k where k.answer ->> 'purchaseOrderId' is not null
  and not exists (select from purchase_orders o where o.id = (k.answer ->> 'purchaseOrderId')::uuid);
