import { sql, type Kysely } from 'kysely';

/**
 * Whether a key acted is not part of the question whether somebody is told: PostgreSQL planned the two together anew for each row of the
 * trail, because for an actor that it knows half of it is answered already. What is told is the same.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create or replace function tell_of_audit() returns trigger language plpgsql as $$
    declare
      ref text;
      o record;
      c record;
    begin
      if new.actor like 'internal:%' or new.actor like 'admin:%' then
        -- One question for both: somebody may be told, or a key is used for the first time.
        if not exists (select from channels where is_on) and exists (select from known_keys where name = new.actor) then return null; end if;
        if not exists (select from known_keys where name = new.actor) then
          insert into known_keys (name, first_at) values (new.actor, new.at) on conflict do nothing;
          if found then perform tell_operators('NEW_KEY_USED', 'key:' || new.actor, new.at, jsonb_build_object('name', new.actor)); end if;
        end if;
      end if;
      if not exists (select from channels where is_on) then return null; end if;
      ref := 'audit:' || new.id;
      if new.subject_type = 'purchase_order' and new.action in ('mark_paid', 'check_waiting', 'refund', 'report_payment') then
        select * into o from purchase_orders where id = new.subject_id::uuid;
        if new.action = 'report_payment' then
          perform tell_operators('PAYMENT_REPORTED', ref, new.at, jsonb_build_object('order', o.id, 'amount', coalesce(o.amount_due_usdc, o.premium_amount_usdc)));
        elsif new.action = 'refund' then
          perform tell_owner(o.id, 'REFUNDED', ref, new.at, jsonb_build_object('amount', o.paid_amount_usdc));
        elsif o.refund_reason is not null then
          perform tell_owner(o.id, 'REFUND_DUE', 'refund:' || o.id, new.at, jsonb_build_object('reason', o.refund_reason));
        elsif new.action = 'mark_paid' then
          perform tell_owner(o.id, 'PAID', ref, new.at, jsonb_build_object('amount', o.paid_amount_usdc));
        end if;
      elsif new.subject_type = 'claim' then
        select * into c from insurance_claims where id = new.subject_id::uuid;
        if new.action = 'file' and new.actor = 'watch' then
          perform tell_owner(c.purchase_order_id, 'CLAIM_FILED', ref, new.at, '{}');
        elsif new.to_status is distinct from new.from_status then
          if new.to_status = 'VERIFIED_PENDING_REVIEW' then
            perform tell_operators('CLAIM_TO_REVIEW', ref, new.at, jsonb_build_object('claim', c.id, 'amount', c.payout_amount_usdc));
          elsif new.to_status = 'APPROVED_PENDING_MULTISIG' then
            perform tell_owner(c.purchase_order_id, 'CLAIM_APPROVED', ref, new.at, jsonb_build_object('amount', c.payout_amount_usdc));
          elsif new.to_status = 'REJECTED' then
            perform tell_owner(c.purchase_order_id, 'CLAIM_REJECTED', ref, new.at, jsonb_build_object('reason', c.rejected_reason));
          elsif new.to_status = 'PAID' then
            perform tell_owner(c.purchase_order_id, 'CLAIM_PAID', ref, new.at, jsonb_build_object('amount', c.payout_amount_usdc));
          end if;
        end if;
      end if;
      return null;
    end
  $$`.execute(db);
}
