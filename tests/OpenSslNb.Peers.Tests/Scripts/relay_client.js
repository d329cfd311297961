// Sends standard input to a TLS server, half-closes behind it, and puts what comes back on standard output.
const fs = require('fs');
const tls = require('tls');

const [port, caFile, version] = process.argv.slice(2);
const socket = tls.connect({
  port: Number(port),
  host: '127.0.0.1',
  servername: 'localhost',
  ca: fs.readFileSync(caFile),
  minVersion: version,
  maxVersion: version,
  allowHalfOpen: true,
});
process.stdin.pipe(socket);
socket.pipe(process.stdout);
