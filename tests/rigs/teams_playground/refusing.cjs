// Loaded before the Playground (node --require): it talks to this machine alone. What it tried is written to a file.
"use strict";
const { appendFileSync } = require("node:fs");
const net = require("node:net");
const dns = require("node:dns");
const os = require("node:os");

const HERE = new Set(["", "localhost", "127.0.0.1", "::1", "0.0.0.0", "::", os.hostname()]);

function refused(host) {
  if (HERE.has(host)) return false;
  appendFileSync(process.env.REFUSED_FILE, `${host}\n`);
  return true;
}

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...given) {
  const first = Array.isArray(given[0]) ? given[0][0] : given[0];
  const named = typeof first === "object" ? first.path || first.host : given[1];
  const local = typeof first === "object" && first.path;
  const host = typeof named === "string" ? named : "";
  // Nobody listens on port 1: it fails as any connection may, when its caller listens for that.
  return local || !refused(host) ? connect.apply(this, given) : connect.call(this, { host: "127.0.0.1", port: 1 });
};

const lookup = dns.lookup;
dns.lookup = function (host, ...more) {
  return lookup.call(this, refused(host) ? "127.0.0.1" : host, ...more);
};
