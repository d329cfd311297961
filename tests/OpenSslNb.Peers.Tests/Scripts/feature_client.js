// A TLS client that says what it sees. Settings come as JSON; each line of standard input is sent, an empty one begins
// the next connection, which offers the session of the last one, and the end closes.
const fs = require('fs');
const tls = require('tls');

const settings = JSON.parse(process.argv[2]);
const say = (...words) => console.log(...words);
let socket;
let session;

function makeOptions() {
  const options = {
    port: settings.port,
    host: '127.0.0.1',
    servername: settings.name,
    minVersion: settings.version,
    maxVersion: settings.version,
    ALPNProtocols: settings.protocols,
    requestOCSP: settings.asksStatus,
    session,
  };
  if (settings.preSharedKey) {
    options.ciphers = 'PSK';
    options.pskCallback = () => ({ identity: settings.identity, psk: Buffer.from(settings.preSharedKey, 'hex') });
    options.checkServerIdentity = () => undefined;
  } else {
    options.ca = fs.readFileSync(settings.authority);
  }
  if (settings.certificate) {
    options.cert = fs.readFileSync(settings.certificate);
    options.key = fs.readFileSync(settings.key);
  }
  return options;
}

const hex = (bytes) => (bytes ? bytes.toString('hex').toUpperCase() : 'none');

function report() {
  if (settings.exportLabel) say('exported', hex(socket.exportKeyingMaterial(32, settings.exportLabel)));
  say('unique', hex(socket.getFinished()));
  say('reused', socket.isSessionReused() ? 'yes' : 'no');
  say('alpn', socket.alpnProtocol || 'none');
  say('opened', socket.getProtocol());
}

function connect() {
  socket = tls.connect(makeOptions(), report);
  if (settings.keyLog) socket.on('keylog', (line) => fs.appendFileSync(settings.keyLog, line));
  socket.on('session', (latest) => { session = latest; });
  socket.on('OCSPResponse', (response) => say('status', hex(response)));
  socket.on('data', (data) => say('received', data.toString().trimEnd()));
  socket.on('end', () => say('ended'));
  socket.on('error', (fault) => {
    say('fault', fault.code, fault.message);
    process.exitCode = 1;
    process.stdin.pause();
  });
}

process.stdin.on('data', (line) => {
  if (line.toString() === '\n') {
    socket.once('close', connect);
    socket.end();
  } else {
    socket.write(line);
  }
});
process.stdin.on('end', () => socket.end());
connect();
