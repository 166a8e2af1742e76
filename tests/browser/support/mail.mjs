// A mail server on loopback that takes every letter and keeps it: what somebody finds in their letter box. It speaks as much of
// SMTP (RFC 5321) as a client needs that brings letters without signing in.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';

const patience = 60_000;

function bytesOfQuotedPrintable(text) {
  const joined = text.replace(/[ \t]*\r\n/g, '\r\n').replace(/=\r\n/g, '');
  return Buffer.from(joined.replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))), 'latin1');
}

// A part of a letter (RFC 2045): its headers, unfolded, and its body as it stands.
function partOf(raw) {
  const end = raw.indexOf('\r\n\r\n');
  const headers = new Map();
  for (const line of raw.slice(0, end).replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, body: raw.slice(end + 4) };
}

function textOf({ headers, body }) {
  const coding = (headers.get('content-transfer-encoding') ?? '7bit').toLowerCase();
  const bytes = coding === 'base64' ? Buffer.from(body, 'base64')
    : coding === 'quoted-printable' ? bytesOfQuotedPrintable(body) : Buffer.from(body, 'latin1');
  return bytes.toString('utf8').replaceAll('\r\n', '\n');
}

function partsOf(part) {
  const boundary = /^multipart\/.*boundary="?([^";]+)/i.exec(part.headers.get('content-type') ?? '')?.[1];
  if (!boundary) return [part];
  return `\r\n${part.body}`.split(`\r\n--${boundary}`).slice(1).filter((each) => each.startsWith('\r\n'))
    .flatMap((each) => partsOf(partOf(each.slice(2))));
}

// RFC 2047, as far as UTF-8 goes.
function wordsOf(header) {
  return header.replace(/(=\?utf-8\?[bq]\?[^?]*\?=)\s+(?==\?)/gi, '$1').replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, coding, text) =>
    (coding.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : bytesOfQuotedPrintable(text.replaceAll('_', ' '))).toString('utf8'));
}

function letterOf(from, to, raw) {
  const whole = partOf(raw);
  const parts = partsOf(whole);
  const of = (kind) => parts.find((each) => (each.headers.get('content-type') ?? 'text/plain').toLowerCase().startsWith(kind));
  return { from, to, headers: whole.headers, subject: wordsOf(whole.headers.get('subject') ?? ''),
    text: of('text/plain') ? textOf(of('text/plain')) : '', html: of('text/html') ? textOf(of('text/html')) : '' };
}

export async function startMail() {
  const letters = [];
  const sockets = new Set();
  const waiting = new Set();

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const say = (line) => socket.write(`${line}\r\n`);
    let from;
    let to = [];
    let lines;  // Of a letter that is being brought.
    let rest = '';
    const command = (line) => {
      const address = /^(?:MAIL FROM|RCPT TO):\s*<([^>]*)>/i.exec(line)?.[1];
      switch (line.slice(0, 4).toUpperCase()) {
        case 'EHLO': return say('250-mail.example\r\n250-8BITMIME\r\n250 SIZE 10000000');
        case 'HELO': case 'NOOP': return say('250 OK');
        case 'RSET': from = undefined; to = []; return say('250 OK');
        case 'MAIL': from = address; to = []; return say(address === undefined ? '501 whose?' : '250 OK');
        case 'RCPT':
          if (from === undefined || !address) return say('503 MAIL comes first');
          to.push(address);
          return say('250 OK');
        case 'DATA':
          if (to.length === 0) return say('503 RCPT comes first');
          lines = [];
          return say('354 go on');
        case 'QUIT': say('221 bye'); return socket.end();
        default: return say('502 not here');
      }
    };
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      rest += chunk;
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (!lines) { command(line); continue; }
        if (line !== '.') { lines.push(line.startsWith('.') ? line.slice(1) : line); continue; }
        letters.push(letterOf(from, to, `${lines.join('\r\n')}\r\n`));
        lines = undefined;
        from = undefined;
        to = [];
        say('250 kept');
        for (const look of [...waiting]) look();
      }
    });
    say('220 mail.example ESMTP');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    letters,
    // A path of the address is what the client says it is.
    settings: { TOCSIN_MAIL_URL: `smtp://127.0.0.1:${server.address().port}/tocsin.cert.example`, TOCSIN_MAIL_FROM: 'tocsin@cert.example',
      TOCSIN_MAIL_STARTTLS_REQUIRED: 'false' },
    // The first letter that fits, once it is there.
    wait(what, fits) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = letters.find(fits);
          if (!found) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found);
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new assert.AssertionError({ message: `no letter came: ${what}; there are ${JSON.stringify(letters.map((each) => each.subject))}` }));
        }, patience);
        waiting.add(look);
        look();
      });
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
