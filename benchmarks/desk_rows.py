"""What stands beside leads, mails and listings after a year of a million leads, so that every list of staff is long."""

from typing import Final

REST: Final = """
SET session_replication_role = replica;
INSERT INTO staff_accounts (id, email, active, fs_uniquifier)
SELECT md5('staff' || n)::uuid, 'staff' || n || '@match.example', true, 'staff' || n FROM generate_series(1, 40) n;
INSERT INTO audit_entries (id, at, staff_id, partner_id, actor, action, object_type, object_id, remote_address)
SELECT gen_random_uuid(), now() - ({leads} * 2 - n) * interval '15.7 s',
       CASE WHEN n % 10 < 7 THEN md5('staff' || 1 + n % 40)::uuid END,
       CASE WHEN n % 10 IN (7, 8) THEN md5('partner' || n % 200)::uuid END,
       CASE WHEN n % 10 < 7 THEN 'staff' || 1 + n % 40 || '@match.example' WHEN n % 10 = 9 THEN 'command line'
            ELSE 'somebody of a partner' END,
       CASE WHEN n % 10 < 8 THEN 'viewed' WHEN n % 2 = 0 THEN 'logged_in' ELSE 'changed' END,
       (ARRAY['lead', 'submission', 'delivery', 'message', 'partner', 'program'])[1 + n % 6],
       md5('lead' || n * 7 % {leads})::uuid::text, '198.51.100.7'
FROM generate_series(1, {leads} * 2) n;
INSERT INTO lead_events (lead_id, at, from_status, to_status, reason)
SELECT id, created_at, NULL, 'undo_window', 'asked_for' FROM leads;
INSERT INTO lead_events (lead_id, at, from_status, to_status, reason)
SELECT id, created_at + interval '10 min', 'undo_window', status, coalesce(reason, '') FROM leads;
UPDATE leads SET reason = (ARRAY['details_doubtful', 'duplicate_in_window', 'filter_unknown'])
                          [1 + ascii(right(id::text, 1)) % 3]
WHERE status = 'held_review';
UPDATE leads SET expires_at = created_at + interval '30 days';
INSERT INTO partner_endpoints (id, partner_id, kind, name, url, sealed_secret)
SELECT md5('endpoint' || id)::uuid, id, 'webhook', 'Webhook', 'https://school.example/in', 'x' FROM partners;
INSERT INTO attempts (id, delivery_id, partner_id, endpoint_id, number, outcome, reason, http_status, started_at,
                      finished_at, duration_ms)
SELECT gen_random_uuid(), d.id, l.partner_id, md5('endpoint' || l.partner_id)::uuid, 1,
       CASE d.status WHEN 'delivered' THEN 'accepted' WHEN 'rejected' THEN 'rejected' ELSE 'permanent' END, 'http_200',
       200, d.created_at, d.created_at + interval '1 s', 300
FROM deliveries d JOIN leads l ON l.id = d.lead_id;
UPDATE deliveries SET finished_at = created_at + interval '11 min';
INSERT INTO funnel_standings (lead_id, status, contacted_on)
SELECT id, 'contacted', delivered_at::date + ascii(substr(id::text, 3, 1)) % 9 FROM leads
WHERE status = 'delivered' AND ascii(right(id::text, 1)) % 3 = 0;
INSERT INTO contact_answers (lead_id, contacted, answered_at)
SELECT id, ascii(right(id::text, 2)) % 5 > 0, delivered_at + interval '8 days' FROM leads
WHERE status = 'delivered' AND ascii(right(id::text, 1)) % 5 = 0;
INSERT INTO complaints (lead_id, partner_id, kind, at, recorded_by)
SELECT id, partner_id, (ARRAY['too_many_contacts', 'wrong_way', 'misleading'])[1 + ascii(right(id::text, 1)) % 3],
       delivered_at + interval '3 days', 'student'
FROM leads WHERE status = 'delivered' AND left(id::text, 2) IN ('00', '01');
UPDATE lead_returns SET status = 'requested', decided_at = NULL WHERE requested_at > now() - interval '9 days';
INSERT INTO billing_cycles (id, partner_id, kind, starts_on, starts_at, ends_at, closed_at)
SELECT md5('cycle' || id || m)::uuid, id, 'monthly', m::date, m, m + interval '1 month',
       CASE WHEN m + interval '1 month' < now() THEN m + interval '1 month' END
FROM partners, generate_series(date_trunc('month', now()) - interval '12 months', now(), interval '1 month') m;
INSERT INTO lead_charges (lead_id, status, price_cents, currency, cycle_id, fixed_at)
SELECT id, 'invoiced', 3300, 'USD', md5('cycle' || partner_id || date_trunc('month', delivered_at))::uuid, delivered_at
FROM leads WHERE status = 'delivered' AND NOT test;
INSERT INTO ledger_entries (partner_id, cycle_id, lead_id, kind, amount_cents, currency, reason, at)
SELECT l.partner_id, c.cycle_id, c.lead_id, 'lead_fee', 3300, 'USD', 'delivered', c.fixed_at
FROM lead_charges c JOIN leads l ON l.id = c.lead_id;
INSERT INTO invoices (id, number, partner_id, cycle_id, currency, total_cents, legal_name, status, issued_at)
SELECT gen_random_uuid(), row_number() OVER (ORDER BY ends_at, id), partner_id, id, 'USD', 1430000, 'School, Inc.',
       CASE WHEN ends_at < now() - interval '45 days' THEN 'paid' ELSE 'open' END, ends_at
FROM billing_cycles WHERE closed_at IS NOT NULL;
INSERT INTO partner_notices (id, lead_id, partner_id, kind, webhook_id, status, attempts_made, told_at, created_at)
SELECT md5('notice' || id)::uuid, id, partner_id, CASE WHEN id::text < '02' THEN 'withdrawn' ELSE 'corrected' END,
       'n_' || id, (ARRAY['told', 'acknowledged', 'acknowledged', 'failed'])[1 + ascii(right(id::text, 1)) % 4], 1,
       delivered_at + interval '2 days', delivered_at + interval '2 days'
FROM leads WHERE status = 'delivered' AND id::text < '0d';
INSERT INTO suppressions (id, email_key, message_class, reason, created_at)
SELECT gen_random_uuid(), sha256(('stopped' || n)::bytea), 'matches',
       (ARRAY['stopped_by_student', 'hard_bounce', 'complaint', 'asked_of_staff'])[1 + n % 4],
       now() - n * interval '5 min'
FROM generate_series(1, {leads} / 10) n;
INSERT INTO privacy_requests (id, kind, law, source, status, outcome, person, received_on, due_on, closed_at,
                              recorded_by, created_at)
SELECT gen_random_uuid(), (ARRAY['export', 'erasure', 'correction', 'withdrawal'])[1 + n % 4],
       (ARRAY['gdpr', 'ccpa'])[1 + n % 2], CASE WHEN n % 20 = 0 THEN 'letter' ELSE 'own_page' END,
       CASE WHEN n % 200 = 0 THEN 'open' ELSE 'closed' END, CASE WHEN n % 200 > 0 THEN 'done' END,
       sha256(('asks' || n)::bytea), at::date, at::date + 30, CASE WHEN n % 200 > 0 THEN at END, 'student', at
FROM generate_series(1, {leads} / 20) n, LATERAL (SELECT now() - n * interval '10 min' AS at) t;
INSERT INTO bulk_acts (id, kind, status, choice, staff_id, actor, created_at, started_at, finished_at)
SELECT md5('act' || n)::uuid, 'replay', CASE WHEN n % 5 = 0 THEN 'planned' ELSE 'done' END, NULL,
       md5('staff' || 1 + n % 40)::uuid, 'somebody', now() - n * interval '2 hours',
       CASE WHEN n % 5 > 0 THEN now() - n * interval '2 hours' END,
       CASE WHEN n % 5 > 0 THEN now() - n * interval '2 hours' END
FROM generate_series(1, 4000) n;
INSERT INTO bulk_act_items (act_id, object_id, number, status)
SELECT md5('act' || n)::uuid, gen_random_uuid(), i, CASE WHEN n % 5 = 0 THEN 'waiting' ELSE 'done' END
FROM generate_series(1, 4000) n, generate_series(1, 100) i;
INSERT INTO catalog_imports (id, source, filename, status, rows_read, added, changed, withdrawn, unchanged, refused,
                             started_at)
SELECT gen_random_uuid(), 'source-' || n % 4, 'file.csv', (ARRAY['applied', 'unchanged', 'dry_run'])[1 + n % 3], 6000,
       5, 5, 5, 5, 5, now() - n * interval '4 hours'
FROM generate_series(1, 2000) n;
INSERT INTO import_jobs (id, status, kind, source, filename, allow_withdrawals, actor, created_at)
SELECT gen_random_uuid(), CASE WHEN n % 20 = 0 THEN 'checked' ELSE 'applied' END, 'csv', 'source-' || n % 4,
       'file.csv', false, 'somebody', now() - n * interval '4 hours'
FROM generate_series(1, 2000) n;
INSERT INTO listing_drafts (id, program_id, catalog_source, stage, cells, made_by, updated_at)
SELECT gen_random_uuid(), 'program-' || n, 'source-1', (ARRAY['draft', 'review'])[1 + n % 2],
       '{{"name": "Data Science", "institution": "Larkspur"}}', 'somebody', now() - n * interval '3 min'
FROM generate_series(1, {listings} / 20) n;
INSERT INTO program_proposals (id, partner_id, kind, program_id, listing, test, status, proposed_by, created_at,
                               decided_at)
SELECT gen_random_uuid(), md5('partner' || n % 200)::uuid, 'removal', 'program-' || n, NULL, false,
       CASE WHEN n % 100 = 0 THEN 'pending' ELSE 'accepted' END, 'somebody', now() - n * interval '20 min',
       CASE WHEN n % 100 > 0 THEN now() END
FROM generate_series(1, {listings} / 5) n;
INSERT INTO seed_leads (lead_id, address_key, made_by)
SELECT id, sha256(id::text::bytea), 'somebody' FROM leads WHERE left(id::text, 3) = 'abc';
UPDATE leads SET seed = true WHERE left(id::text, 3) = 'abc';
INSERT INTO publishers (id, key, name, origins, status)
SELECT md5('publisher' || n)::uuid, 'pub' || n, 'Publisher ' || n, '["https://guide.example"]', 'live'
FROM generate_series(1, 500) n;
INSERT INTO publisher_days (publisher_id, day, started, completed, requests, introductions)
SELECT md5('publisher' || n)::uuid, current_date - d, 9, 6, 4, 3
FROM generate_series(1, 500) n, generate_series(0, 364) d;
INSERT INTO saved_views (id, staff_id, list, name, filters, shared)
SELECT gen_random_uuid(), md5('staff' || 1 + n % 40)::uuid, list, 'View ' || n, filters, true
FROM (SELECT v.*, row_number() OVER () AS n FROM (VALUES
      ('leads', '{{"status": "failed"}}'::jsonb), ('leads', '{{"status": "held_review"}}'),
      ('leads', '{{"status": "withdrawn"}}'), ('leads', jsonb_build_object('partner', md5('partner3')::uuid)),
      ('leads', jsonb_build_object('partner', md5('partner3')::uuid, 'status', 'rejected')),
      ('leads', jsonb_build_object('partner', md5('partner3')::uuid, 'program', 'program-4')),
      ('leads', '{{"program": "program-41", "status": "failed"}}'),
      ('leads', jsonb_build_object('status', 'failed', 'since', current_date - 7)),
      ('leads', jsonb_build_object('status', 'held_review', 'until', current_date - 300)),
      ('deliveries', '{{"status": "failed"}}'), ('deliveries', '{{"status": "pending"}}'),
      ('deliveries', jsonb_build_object('partner', md5('partner3')::uuid, 'status', 'failed')),
      ('deliveries', jsonb_build_object('partner', md5('partner3')::uuid, 'status', 'delivered')),
      ('deliveries', jsonb_build_object('partner', md5('partner3')::uuid, 'until', current_date - 300)),
      ('deliveries', jsonb_build_object('status', 'rejected', 'since', current_date - 7)),
      ('messages', '{{"status": "uncertain"}}'), ('messages', '{{"status": "failed", "class": "matches"}}'),
      ('messages', '{{"status": "bounced", "class": "contact_question"}}'),
      ('messages', '{{"status": "complained", "class": "transactional"}}'),
      ('messages', jsonb_build_object('status', 'bounced', 'since', current_date - 7)),
      ('messages', jsonb_build_object('class', 'staff', 'status', 'failed')),
      ('submissions', jsonb_build_object('since', current_date - 7)),
      ('submissions', jsonb_build_object('until', current_date - 300)),
      ('programs', '{{"stage": "stale"}}'), ('programs', '{{"text": "bootcamp", "stage": "archived"}}'),
      ('programs', '{{"source": "source-3", "stage": "published"}}'), ('programs', '{{"credential": "bootcamp"}}'),
      ('partners', '{{"status": "live"}}'), ('partners', '{{"status": "paused"}}'),
      ('audit', '{{"kind": "changes"}}'), ('audit', '{{"who": "partners"}}'),
      ('audit', '{{"who": "command-line", "type": "program"}}'),
      ('audit', jsonb_build_object('who', md5('staff7')::uuid, 'kind', 'changes')),
      ('audit', jsonb_build_object('type', 'partner', 'until', current_date - 300))
     ) v(list, filters)) w;
INSERT INTO weights_versions (id, version, weights, note, origin, made_by, created_at, published_at, published_by)
SELECT gen_random_uuid(), 'trial-' || n, weights, 'Tried', 'staff', 'somebody', now() - n * interval '2 days',
       now() - n * interval '2 days', 'somebody'
FROM generate_series(1, 180) n, (SELECT weights FROM weights_versions LIMIT 1) w;
INSERT INTO retention_runs (id, started_at, finished_at, removed)
SELECT gen_random_uuid(), now() - n * interval '1 hour', now() - n * interval '1 hour', '{{"drafts": 100}}'
FROM generate_series(1, 8760) n;
INSERT INTO exposure_audits (id, at, submissions, partner_places, other_places, partner_share, other_share, compared)
SELECT gen_random_uuid(), now() - n * interval '1 day', 2700, 900, 9000, 0.1, 0.1, 500 FROM generate_series(0, 365) n;
INSERT INTO cap_counters (cap_id, starts_at, used)
SELECT id, date_trunc('day', now()) - n * interval '1 day', n % 200 FROM caps, generate_series(0, 364) n
WHERE period = 'day';
INSERT INTO outbox_events (kind, subject_id, due_at, created_at, published_at)
SELECT kind, gen_random_uuid(), now() - n * interval '3 s', now() - n * interval '3 s', now() - n * interval '3 s'
FROM generate_series(1, {leads} / 5) n, (SELECT 'message.due' AS kind) k;
INSERT INTO lead_events (lead_id, at, from_status, to_status, reason)
SELECT id, created_at + interval '1 min', 'undo_window', 'held_review', reason FROM leads
WHERE status = 'held_review';
INSERT INTO duplicate_marks (lead_id, level, other_lead_id, matched_by, found_at)
SELECT id, 'partner', id, '["email"]', created_at FROM leads WHERE reason = 'duplicate_in_window';
TRUNCATE stale_days;
"""
"""Statements, with the numbers of leads and listings to be filled in."""
BIG: Final = (
    *("audit_entries", "lead_events", "attempts", "funnel_standings", "contact_answers", "lead_charges"),
    *("ledger_entries", "leads", "deliveries", "partner_notices", "suppressions", "bulk_act_items"),
)
"""The tables that get many rows, or whose many rows are changed."""
