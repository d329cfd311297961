// A TLS server that sends back what it gets, with whatever Node does when something goes wrong; with "keep" it leaves connections open then. Says its port on standard output.
const fs = require('fs');
const tls = require('tls');

const [certificate, key, mode] = process.argv.slice(2);
const server = tls.createServer({ cert: fs.readFileSync(certificate), key: fs.readFileSync(key), ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
  socket.on('error', () => mode === 'keep' || socket.destroy());
  socket.pipe(socket);
});
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}.`));
