export type ServerRequest = { kind: 'open'; legs: number; remotePort: number } | { kind: 'reset' } | { kind: 'measure' } | { kind: 'stop' };
export type ServerReply =
  | { kind: 'ready' } | { kind: 'reset' } | { kind: 'failed'; reason: string }
  | { kind: 'opened'; ports: number[] }
  | { kind: 'measured'; cpu: number; latenessP99: number; workP50: number; rss: number; received: number; lost: number };
