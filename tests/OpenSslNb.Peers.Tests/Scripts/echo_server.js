// A TLS server that sends back what it gets. Says its port on standard output.
const fs = require('fs');
const tls = require('tls');

const [certificate, key, version] = process.argv.slice(2);
const server = tls.createServer({
  cert: fs.readFileSync(certificate),
  key: fs.readFileSync(key),
  minVersion: version,
  maxVersion: version,
  allowHalfOpen: true,
}, (socket) => socket.pipe(socket));
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}.`));
