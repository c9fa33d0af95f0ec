import { sql, type Kysely } from 'kysely';

/**
 * Telling people: where each wants to be told, and what is to be sent. A message is written by a trigger on the row that makes the
 * event, so in its transaction whichever verb writes it: what happened and that it is to be told are one. No channel, no row.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table channels (
    id uuid primary key,
    -- The wallet whose it is; null: the operators', whose address and secret are in the configuration.
    owner text,
    kind text not null check (kind in ('telegram', 'email', 'feishu', 'dingtalk', 'wecom', 'json')),
    -- Of an operators' channel: which of the configuration's.
    name text unique,
    -- A chat's id, an e-mail address, or the address of a webhook, which is a secret; null: not known yet, or removed.
    address text,
    secret text,
    locale text not null check (locale in ('en', 'zh')),
    is_on boolean not null,
    -- What links a chat or confirms an address, hashed, once, until then.
    code_hash text unique,
    code_until timestamptz,
    confirmed_at timestamptz,
    created_at timestamptz not null,
    removed_at timestamptz,
    last_sent_at timestamptz,
    -- Since when nothing has got through, and why, by a word of ours.
    failing_since timestamptz,
    failing_code text,
    check ((owner is null) = (name is not null)),
    check ((code_hash is null) = (code_until is null)),
    check ((failing_since is null) = (failing_code is null)),
    check (removed_at is null or (address is null and secret is null and code_hash is null and not is_on))
  )`.execute(db);
  await sql`create index channels_own on channels (owner, created_at) where owner is not null`.execute(db);
  await sql`create table outbox (
    id uuid primary key default gen_random_uuid(),
    channel_id uuid not null references channels,
    event text not null,
    -- What makes the event itself, however often it is noticed.
    dedup text not null,
    purchase_order_id uuid references purchase_orders,
    facts jsonb not null,
    at timestamptz not null,
    -- From when on anybody may send it; null: sent, or given up.
    due_at timestamptz,
    tries integer not null default 0,
    taken_by uuid,
    taken_until timestamptz,
    sent_at timestamptz,
    given_up_at timestamptz,
    error text,
    unique (channel_id, dedup),
    check ((due_at is null) = (sent_at is not null or given_up_at is not null)),
    check (sent_at is null or given_up_at is null),
    check ((taken_by is null) = (taken_until is null))
  )`.execute(db);
  await sql`create index outbox_due on outbox (due_at) where due_at is not null`.execute(db);
  await sql`create index outbox_of_order on outbox (purchase_order_id, at) where purchase_order_id is not null`.execute(
    db,
  );
  await sql`create index outbox_taken on outbox (channel_id) where taken_until is not null`.execute(db);
  // Names of keys that have been used.
  await sql`create table known_keys (name text primary key, first_at timestamptz not null)`.execute(db);
  await sql`insert into known_keys (name, first_at)
    select actor, min(at) from audit_log where actor like 'internal:%' or actor like 'admin:%' group by actor`.execute(
    db,
  );
  await sql`alter table watch_evidence drop constraint watch_evidence_kind_check`.execute(db);
  await sql`alter table watch_evidence add constraint watch_evidence_kind_check check (kind in ('GONE', 'CLOSING', 'PARTIAL'))`.execute(
    db,
  );

  await sql`create function tell_owner(of_order uuid, told text, ref text, told_at timestamptz, what jsonb) returns void language sql as $$
    insert into outbox (channel_id, event, dedup, purchase_order_id, facts, at, due_at)
    select c.id, told, ref, p.id, what, told_at, told_at
    from purchase_orders p join channels c on c.owner = p.owner
    where p.id = of_order and c.is_on and c.confirmed_at is not null
    on conflict (channel_id, dedup) do nothing
  $$`.execute(db);
  await sql`create function tell_operators(told text, ref text, told_at timestamptz, what jsonb) returns void language sql as $$
    insert into outbox (channel_id, event, dedup, facts, at, due_at)
    select id, told, ref, what, told_at, told_at from channels where owner is null and is_on
    on conflict (channel_id, dedup) do nothing
  $$`.execute(db);

  await sql`create function tell_of_audit() returns trigger language plpgsql as $$
    declare
      ref text := 'audit:' || new.id;
      o record;
      c record;
    begin
      if (new.actor like 'internal:%' or new.actor like 'admin:%') and not exists (select from known_keys where name = new.actor) then
        insert into known_keys (name, first_at) values (new.actor, new.at) on conflict do nothing;
        if found then perform tell_operators('NEW_KEY_USED', 'key:' || new.actor, new.at, jsonb_build_object('name', new.actor)); end if;
      end if;
      if not exists (select from channels where is_on) then return null; end if;
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
  await sql`create trigger tell after insert on audit_log for each row execute function tell_of_audit()`.execute(db);

  await sql`create function tell_of_payment_seen() returns trigger language plpgsql as $$
    begin
      perform tell_owner(new.id, 'PAYMENT_SEEN', 'seen:' || new.payment_seen_tx_hash, new.updated_at, '{}');
      return null;
    end
  $$`.execute(db);
  await sql`create trigger tell_seen after update of payment_seen_tx_hash on purchase_orders for each row
    when (new.payment_seen_tx_hash is distinct from old.payment_seen_tx_hash and new.payment_seen_tx_hash is not null and new.paid_at is null)
    execute function tell_of_payment_seen()`.execute(db);

  await sql`create function tell_of_payout() returns trigger language plpgsql as $$
    begin
      perform tell_operators('PAYOUT_DUE', 'payout:' || new.id, new.created_at, jsonb_build_object('kind', new.kind, 'amount', new.amount_usdc));
      return null;
    end
  $$`.execute(db);
  await sql`create trigger tell after insert on payouts for each row when (new.status = 'DUE') execute function tell_of_payout()`.execute(
    db,
  );

  await sql`create function tell_of_reader() returns trigger language plpgsql as $$
    begin
      perform tell_operators('TREASURY_TROUBLE', 'treasury:' || new.trouble || ':' || extract(epoch from new.trouble_since), new.trouble_since,
        jsonb_build_object('code', new.trouble));
      return null;
    end
  $$`.execute(db);
  await sql`create trigger tell after update of trouble on chain_readers for each row
    when (new.trouble is distinct from old.trouble and new.trouble is not null)
    execute function tell_of_reader()`.execute(db);

  await sql`create function tell_of_watch() returns trigger language plpgsql as $$
    declare
      told_at timestamptz := coalesce(new.looked_at, new.changed_at);
    begin
      if new.blind_code is distinct from old.blind_code and (new.blind_code like 'KEY\\_%' or new.blind_code in ('SEALED_KEY_UNREADABLE', 'CREDENTIAL_NOT_FOUND')) then
        perform tell_owner(new.purchase_order_id, 'KEY_DEAD', 'key:' || new.purchase_order_id || ':' || new.blind_code || ':' || extract(epoch from new.blind_since), new.blind_since, jsonb_build_object('code', new.blind_code));
        perform tell_operators('WATCH_BLIND', 'key:' || new.purchase_order_id || ':' || new.blind_code || ':' || extract(epoch from new.blind_since), new.blind_since, jsonb_build_object('order', new.purchase_order_id, 'code', new.blind_code));
      end if;
      if new.ended_as is distinct from old.ended_as then
        if new.ended_as = 'LIQUIDATED' then
          perform tell_owner(new.purchase_order_id, 'LIQUIDATED', 'liquidated:' || new.purchase_order_id, told_at, '{}');
        elsif new.ended_as = 'CLOSED' then
          perform tell_owner(new.purchase_order_id, 'POSITION_CLOSED', 'closed:' || new.purchase_order_id, told_at, '{}');
        end if;
      end if;
      return null;
    end
  $$`.execute(db);
  await sql`create trigger tell after update on watches for each row
    when (new.blind_code is distinct from old.blind_code or new.ended_as is distinct from old.ended_as) execute function tell_of_watch()`.execute(
    db,
  );

  await sql`create function tell_of_change() returns trigger language plpgsql as $$
    begin
      perform tell_owner(new.purchase_order_id, 'POSITION_CHANGED', 'change:' || new.purchase_order_id || ':' || new.kind || ':' || new.ref, new.at,
        jsonb_build_object('kind', new.kind, 'before', new.before, 'after', new.after, 'amount', new.amount));
      return null;
    end
  $$`.execute(db);
  await sql`create trigger tell after insert on watch_changes for each row execute function tell_of_change()`.execute(
    db,
  );

  await sql`create function tell_of_evidence() returns trigger language plpgsql as $$
    begin
      perform tell_owner(new.purchase_order_id, 'PARTLY_LIQUIDATED', 'partial:' || new.purchase_order_id || ':' || coalesce(new.evidence_root, ''), new.at, '{}');
      return null;
    end
  $$`.execute(db);
  await sql`create trigger tell after insert or update on watch_evidence for each row when (new.kind = 'PARTIAL') execute function tell_of_evidence()`.execute(
    db,
  );
}
