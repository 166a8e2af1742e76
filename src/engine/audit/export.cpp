#include "engine/audit/export.hpp"

#include <limits>

#include <fmt/format.h>

#include "base/json.hpp"

namespace tocsin::engine::audit {
namespace {

constexpr int kRowsAPage = 500;

class Line {
 public:
  void text(std::string_view name, std::string_view value) {
    key(name);
    json::write_string(out_, value);
  }
  void raw(std::string_view name, std::string_view value) {
    key(name);
    out_ += value;
  }
  void number(std::string_view name, std::int64_t value) { raw(name, fmt::format("{}", value)); }
  template <class Id>
  void number(std::string_view name, const std::optional<Id>& id) {
    if (id) {
      number(name, id->value);
    } else {
      raw(name, "null");
    }
  }
  std::string done() && { return std::move(out_) + "}"; }

 private:
  void key(std::string_view name) {
    out_ += out_.empty() ? '{' : ',';
    json::write_string(out_, name);
    out_ += ':';
  }
  std::string out_;
};

/// As the object it is; as text where it would not come out byte for byte, so that the hash can be computed from it.
void add_detail(Line& line, const std::string& detail) {
  if (detail.empty()) return line.raw("detail", "null");
  const auto parsed = json::parse(detail, {.bytes_max = store::kAuditDetailBytesMax * 2});
  const bool same = parsed && parsed->root().is_object() && json::write(parsed->root()) == detail;
  return same ? line.raw("detail", detail) : line.text("detail", detail);
}

}  // namespace

std::string json_line(const store::AuditRow& row) {
  const auto& entry = row.entry;
  Line line;
  line.number("sequence", entry.sequence);
  line.text("at", format_rfc3339(entry.at));
  line.number("person", entry.person);
  line.number("organisation", entry.organisation);
  line.text("action", entry.action);
  line.text("object", entry.object);
  line.number("owner", entry.owner);
  line.text("outcome", to_string(entry.outcome));
  line.text("request_id", entry.request_id);
  line.raw("erased", row.personal_erased ? "true" : "false");
  if (row.personal_erased) {
    for (const auto* name : {"address", "agent", "detail", "salt"}) line.raw(name, "null");
  } else {
    line.text("address", entry.personal.address);
    line.text("agent", entry.personal.agent);
    add_detail(line, entry.personal.detail);
    line.text("salt", row.salt);
  }
  line.text("personal_hash", row.personal_hash);
  line.text("previous_hash", row.previous_hash);
  line.text("hash", row.hash);
  return std::move(line).done();
}

Result<std::int64_t> export_json_lines(store::Connection& connection, const store::AuditFilter& filter,
                                       const std::function<Status(std::string_view line)>& write) {
  store::Audit log{connection};
  std::int64_t written = 0;
  for (std::int64_t last = std::numeric_limits<std::int64_t>::min();;) {
    TRY(const auto page, log.after(last, kRowsAPage, filter));
    for (const auto& row : page) TRY_VOID(write(json_line(row) + "\n"));
    written += static_cast<std::int64_t>(page.size());
    if (page.size() < static_cast<std::size_t>(kRowsAPage)) return written;
    last = page.back().entry.sequence;
  }
}

}  // namespace tocsin::engine::audit
