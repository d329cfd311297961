// A TLS server that sends back what it gets and says what it sees. Settings come as JSON.
const fs = require('fs');
const tls = require('tls');

const settings = JSON.parse(process.argv[2]);
const say = (...words) => console.log(...words);
const hex = (bytes) => (bytes ? bytes.toString('hex').toUpperCase() : 'none');

function makeOptions() {
  const options = {
    minVersion: settings.version,
    maxVersion: settings.version,
    ALPNProtocols: settings.protocols,
  };
  if (settings.preSharedKey) {
    options.ciphers = 'PSK';
    options.pskCallback = (socket, identity) => (identity === settings.identity ? Buffer.from(settings.preSharedKey, 'hex') : null);
  } else {
    options.cert = fs.readFileSync(settings.certificate);
    options.key = fs.readFileSync(settings.key);
  }
  if (settings.clientCertificates) {
    options.ca = fs.readFileSync(settings.authority);
    options.requestCert = true;
    options.rejectUnauthorized = settings.clientCertificates === 'required';
  }
  if (settings.name) {
    options.SNICallback = (name, answer) => answer(name === settings.name ? null : new Error(`no ${name} here`), null);
  }
  return options;
}

function serve(socket) {
  const client = settings.clientCertificates && socket.getPeerCertificate();
  if (settings.exportLabel) say('exported', hex(socket.exportKeyingMaterial(32, settings.exportLabel)));
  say('unique', hex(socket.getPeerFinished()));
  say('name', socket.servername || 'none');
  say('reused', socket.isSessionReused() ? 'yes' : 'no');
  say('alpn', socket.alpnProtocol || 'none');
  say('client', client && client.subject ? client.subject.CN : 'none');
  say('opened', socket.getProtocol());
  socket.on('end', () => say('closed'));
  socket.on('error', (fault) => say('fault', fault.code, fault.message));
  socket.pipe(socket);
}

const server = tls.createServer(makeOptions(), serve);
server.on('tlsClientError', (fault) => say('fault', fault.code, fault.message));
if (settings.keyLog) server.on('keylog', (line) => fs.appendFileSync(settings.keyLog, line));
if (settings.status) {
  server.on('OCSPRequest', (certificate, issuer, answer) => answer(null, fs.readFileSync(settings.status)));
}
server.listen(0, '127.0.0.1', () => say(`listening on ${server.address().port}.`));
