// Every metric: its name, what it says, its type and labels. schemas/metrics.md explains each and
// says what to do; a test holds all of it fixed.

export type MetricType = 'gauge' | 'counter' | 'histogram';

export interface MetricHead {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly labels: readonly string[];
}

const metric = (type: MetricType, name: string, help: string, ...labels: string[]): MetricHead => ({
  name,
  help,
  type,
  labels,
});

export const METRICS = {
  build: metric('gauge', 'ringside_build_info', 'Always 1', 'version', 'node'),
  ready: metric('gauge', 'ringside_ready', '1 while clients are served, as /readyz says'),
  state: metric('gauge', 'ringside_state', '1 for the state that the server is in', 'state'),
  recovery: metric('gauge', 'ringside_recovery_seconds', 'What the recovery at start-up took'),
  replayed: metric(
    'gauge',
    'ringside_recovery_replayed_commands',
    'Commands that it took from the journal instead of a snapshot',
  ),

  heartbeatAge: metric(
    'gauge',
    'ringside_thread_heartbeat_age_seconds',
    'Since a thread was last seen to get on',
    'thread',
  ),
  threadCpu: metric(
    'counter',
    'ringside_thread_cpu_seconds_total',
    'Processor time of a thread',
    'thread',
  ),
  threadWait: metric(
    'counter',
    'ringside_thread_runqueue_seconds_total',
    'Time in which a thread could have run and had no processor',
    'thread',
  ),
  loopDelay: metric(
    'histogram',
    'ringside_event_loop_delay_seconds',
    'How late a thread came to a timer of 50 ms',
    'thread',
  ),
  gcRuns: metric('counter', 'ringside_gc_runs_total', 'Garbage collections', 'thread', 'kind'),
  gcSeconds: metric('counter', 'ringside_gc_seconds_total', 'Time in them', 'thread', 'kind'),

  ringSlots: metric('gauge', 'ringside_ring_slots', 'Slots of a ring', 'ring'),
  ringOccupied: metric(
    'gauge',
    'ringside_ring_occupied_slots',
    'Slots that the slowest consumer has not read',
    'ring',
  ),
  ringLag: metric(
    'gauge',
    'ringside_ring_consumer_lag_slots',
    'Slots that a consumer has not read',
    'ring',
    'consumer',
  ),

  commands: metric('counter', 'ringside_commands_total', 'Commands done, and durable'),
  events: metric('counter', 'ringside_events_total', 'Events of the core', 'event'),
  rejects: metric(
    'counter',
    'ringside_rejects_total',
    'Commands that the core rejected, by reason',
    'reason',
  ),
  refusals: metric(
    'counter',
    'ringside_refusals_total',
    'Commands refused before they had a sequence, by reason; busy is one',
    'reason',
  ),
  cancels: metric('counter', 'ringside_cancels_total', 'Orders canceled, by reason', 'reason'),
  trades: metric('counter', 'ringside_trades_total', 'Trades'),
  tradedLots: metric('counter', 'ringside_traded_lots_total', 'Quantity traded, lots'),
  resting: metric('gauge', 'ringside_resting_orders', 'Orders that rest or wait'),
  poolUsed: metric('gauge', 'ringside_pool_used', 'How much of a pool is in use', 'pool'),
  poolLimit: metric('gauge', 'ringside_pool_limit', 'How much it holds', 'pool'),

  orderLatency: metric(
    'histogram',
    'ringside_order_latency_seconds',
    'What commands took from stage to stage; whole is from order to answer',
    'stage',
  ),

  batches: metric('counter', 'ringside_journal_batches_total', 'Batches journaled'),
  journaled: metric('counter', 'ringside_journal_commands_total', 'Commands journaled'),
  journalBytes: metric('counter', 'ringside_journal_bytes_total', 'Bytes of these batches'),
  writeSeconds: metric(
    'histogram',
    'ringside_journal_write_seconds',
    'Checksum and write of a batch',
  ),
  syncSeconds: metric('histogram', 'ringside_journal_sync_seconds', 'fdatasync of a batch'),
  durable: metric(
    'gauge',
    'ringside_journal_durable_sequence',
    'Sequence of the last durable command of this process',
  ),
  diskFailed: metric('gauge', 'ringside_disk_failed', '1 when the disk has failed'),
  diskFree: metric(
    'gauge',
    'ringside_disk_free_bytes',
    'Bytes that the data directory may still take',
  ),
  diskSize: metric('gauge', 'ringside_disk_size_bytes', 'Bytes of its file system'),

  snapshots: metric('counter', 'ringside_snapshots_total', 'Snapshots made'),
  snapshotFailures: metric(
    'counter',
    'ringside_snapshot_failures_total',
    'Snapshots that could not be made',
  ),
  snapshotAge: metric(
    'gauge',
    'ringside_snapshot_age_seconds',
    'Age of the newest snapshot; of the process where there is none',
  ),
  sinceSnapshot: metric(
    'gauge',
    'ringside_snapshot_behind_commands',
    'Commands after the newest snapshot, which a start would replay',
  ),
  snapshotSeconds: metric(
    'gauge',
    'ringside_snapshot_seconds',
    'What the last snapshot took, beside matching',
  ),
  snapshotPause: metric(
    'gauge',
    'ringside_snapshot_pause_seconds',
    'Longest pause of the storage thread in it; matching has none',
  ),

  sessions: metric('gauge', 'ringside_sessions', 'Sessions that are logged on'),
  logons: metric('counter', 'ringside_logons_total', 'Logons'),
  connections: metric('gauge', 'ringside_connections', 'Open connections', 'protocol'),
  connectionsOpened: metric(
    'counter',
    'ringside_connections_opened_total',
    'Connections opened',
    'protocol',
  ),
  closes: metric(
    'counter',
    'ringside_closes_total',
    'Connections that the server closed, by reason; slow and behind_retention are slow clients',
    'protocol',
    'reason',
  ),
  messagesIn: metric(
    'counter',
    'ringside_received_messages_total',
    'Messages from clients',
    'protocol',
  ),
  bytesIn: metric('counter', 'ringside_received_bytes_total', 'Their bytes', 'protocol'),
  messagesOut: metric('counter', 'ringside_sent_messages_total', 'Messages to clients', 'protocol'),
  bytesOut: metric('counter', 'ringside_sent_bytes_total', 'Their bytes', 'protocol'),
  unsentBytes: metric(
    'gauge',
    'ringside_unsent_bytes',
    'Bytes that wait in the sockets of clients',
    'protocol',
  ),

  subscribers: metric('gauge', 'ringside_feed_subscribers', 'Consumers of the feed'),
  feedUpdates: metric(
    'counter',
    'ringside_feed_updates_total',
    'Update frames published: the sum of the feed sequences of all instruments',
  ),
  feedCommand: metric(
    'gauge',
    'ringside_feed_command_sequence',
    'Sequence of the last command that the publisher has read',
  ),

  logLines: metric('counter', 'ringside_log_lines_total', 'Lines logged', 'level'),
  logSuppressed: metric(
    'counter',
    'ringside_log_suppressed_total',
    'Lines that were counted instead of repeated',
  ),
  processCpu: metric('counter', 'process_cpu_seconds_total', 'Processor time of the process'),
  processMemory: metric('gauge', 'process_resident_memory_bytes', 'Resident memory'),
  processStart: metric(
    'gauge',
    'process_start_time_seconds',
    'When the process started, seconds since 1970',
  ),
} as const satisfies Readonly<Record<string, MetricHead>>;

export type MetricKey = keyof typeof METRICS;
