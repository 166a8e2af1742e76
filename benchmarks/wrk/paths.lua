-- Requests the paths of the file named by PATHS, in a seeded random order; reports latency percentiles as one JSON line.
local paths = {}
for line in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = line end
math.randomseed(7)
local headers = { ["Accept"] = os.getenv("ACCEPT") or "text/html", ["Accept-Encoding"] = os.getenv("ENCODING") or "gzip" }
request = function()
  return wrk.format("GET", paths[math.random(#paths)], headers)
end
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests_per_s": %.0f, "p50_ms": %.3f, "p95_ms": %.3f, "p99_ms": %.3f, "mb_per_s": %.1f, "not_2xx": %d, "socket_errors": %d}\n',
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    latency:percentile(99) / 1e3, summary.bytes / (summary.duration / 1e6) / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
