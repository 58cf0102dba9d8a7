/** What somebody other than a page changes of who hears a connection's digits and tones, while the call runs. */
export interface ClampChange {
  /** Only on the path to this one; absent: on all that lead away from the connection. */
  readonly to?: string | undefined;
  readonly dtmfClamp?: boolean | undefined;
  readonly toneClamp?: boolean | undefined;
  /** Card mode: nobody but a dialog has the digits, and nothing keeps or shows them. Of the connection, whatever `to` is. */
  readonly secret?: boolean | undefined;
}
