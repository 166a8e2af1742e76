-- Tries to sign in with a wrong password: each time another account, from another address behind a trusted proxy (MANY=yes)
-- or from one address. Counts what was answered how; reports one JSON line.
local token, cookie, many = os.getenv("FORM_TOKEN"), os.getenv("FORM_COOKIE"), os.getenv("MANY") == "yes"
math.randomseed(7)
local headers = { ["Content-Type"] = "application/x-www-form-urlencoded", ["Cookie"] = cookie }
request = function()
  if many then
    headers["X-Forwarded-For"] = string.format("%d.%d.%d.%d", math.random(1, 223), math.random(0, 255), math.random(0, 255), math.random(1, 254))
  end
  return wrk.format("POST", "/sign-in", headers,
    string.format("csrf=%s&email=somebody%d%%40example.org&password=a-wrong-password", token, math.random(1000000)))
end
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests_per_s": %.0f, "p50_ms": %.3f, "p99_ms": %.3f, "not_2xx": %d, "socket_errors": %d}\n',
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
