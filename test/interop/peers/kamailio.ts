import { writeFileSync } from 'node:fs';
import { host, pause, until, type PeerProcess, type Scope } from '../scope.ts';

/** A Kamailio as registrar and as a proxy that stays in the path (Record-Route); one password for everybody, digest on REGISTER and INVITE. */
export class Kamailio {
  readonly port: number;
  readonly #process: PeerProcess;

  private constructor(port: number, process: PeerProcess) {
    this.port = port;
    this.#process = process;
  }

  static async start(scope: Scope, password: string): Promise<Kamailio> {
    const port = await scope.port();
    const file = scope.file('kamailio.cfg');
    writeFileSync(file, configuration(port, password));
    const process = scope.start('kamailio', 'kamailio', ['-f', file, '-DD', '-E', '-m', '32', '-M', '8', '-Y', scope.folder]);
    const kamailio = new Kamailio(port, process);
    await until('kamailio is up', 8_000, () => {
      if (process.process.exitCode !== null) throw new Error(`kamailio ended: ${process.output().slice(-600)}`);
      return /Listening on|ready|init_children|epoll/i.test(process.output()) || undefined;
    }).catch(() => undefined);
    await pause(300);
    return kamailio;
  }

  get address(): string {
    return `${host}:${this.port}`;
  }

  get output(): string {
    return this.#process.output();
  }
}

const configuration = (port: number, password: string): string => `#!KAMAILIO
debug=2
log_stderror=yes
children=2
disable_tcp=yes
auto_aliases=no
listen=udp:${host}:${port}
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "auth.so"
modparam("usrloc", "db_mode", 0)
modparam("rr", "enable_full_lr", 1)

request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
  if (has_totag()) {
    if (loose_route()) { t_relay(); exit; }
    if (is_method("ACK")) { if (t_check_trans()) { t_relay(); } exit; }
    sl_send_reply("404", "Not here");
    exit;
  }
  t_check_trans();
  if (is_method("REGISTER")) {
    if (!pv_www_authenticate("${host}", "${password}", "0")) { www_challenge("${host}", "1"); exit; }
    save("location");
    exit;
  }
  if (!pv_proxy_authenticate("${host}", "${password}", "0")) { proxy_challenge("${host}", "1"); exit; }
  consume_credentials();
  record_route();
  if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
  t_relay();
}
`;
