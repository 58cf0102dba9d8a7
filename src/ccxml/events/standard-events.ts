/** Every event of CCXML 1.0 that the platform raises, with its section; and what real platforms add. */
export const standardEvents: Readonly<Record<string, string>> = {
  'ccxml.loaded': '6.3', 'ccxml.created': '6.2.9', 'ccxml.exit': '6.2.10', 'ccxml.kill': '6.3', 'ccxml.kill.unconditional': '6.3', 'error.createccxml': '6.2.9',
  'fetch.done': '6.2.7', 'error.fetch': '6.2.7',
  'dialog.prepared': '7.4', 'dialog.started': '7.4', 'dialog.exit': '7.4', 'dialog.disconnect': '7.4', 'dialog.transfer': '7.4', 'dialog.terminatetransfer': '7.4', 'dialog.user.*': '7.4',
  'error.dialog.notprepared': '7.4', 'error.dialog.notstarted': '7.4', 'error.dialog.wrongstate': '7.4',
  'send.successful': '9.2.3', 'cancel.successful': '9.2.5', 'move.successful': '9.2.4', 'error.send.failed': '9.2.3', 'error.send.targetunavailable': '9.2.3', 'error.send.targettypeinvalid': '9.2.3',
  'error.move': '9.2.4', 'error.notallowed': '9.2.5', 'error.semantic': '9.5', 'error.unsupported': '9.5', 'error.noresource': '9.5',
  'connection.alerting': '10.6.1', 'connection.progressing': '10.6.2', 'connection.connected': '10.6.3', 'connection.disconnected': '10.6.4', 'connection.failed': '10.6.5',
  'connection.merged': '10.6.6', 'connection.redirected': '10.6.8', 'connection.signal': '10.6.9', 'error.connection': '10.6.7', 'error.connection.wrongstate': '10.6.10', 'error.merge': '10.6.7',
  'conference.created': '10.6.11', 'conference.destroyed': '10.6.12', 'conference.joined': '10.6.13', 'conference.unjoined': '10.6.14',
  'error.conference.create': '10.6.11', 'error.conference.destroy': '10.6.12', 'error.conference.join': '10.6.13', 'error.conference.unjoin': '10.6.14',
};
