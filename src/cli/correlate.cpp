#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/installation.hpp"
#include "cli/known_good.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "engine/threat/correlation.hpp"
#include "portal/pages/correlation_rows.hpp"

/// The command `correlate`.
namespace tocsin::cli {
namespace {

namespace stix = formats::stix;
namespace threat = engine::threat;

std::string text_of(const threat::Sharers& sharers, const std::vector<threat::ThreatRow>& rows) {
  auto out = fmt::format("{} {}: ", stix::to_string(sharers.value.kind), sharers.value.text);
  out += sharers.more ? fmt::format("more than {} objects", text::thousands(sharers.count))
                      : text::count_of(sharers.count, "object", "objects");
  if (sharers.commonplace) {
    out += fmt::format(" (commonplace: {})", stix::to_string(*sharers.commonplace));
  } else if (sharers.set_aside != threat::SetAside::no) {
    out += " (too common to tell anything)";
  }
  out += '\n';
  for (const auto& row : rows) out += fmt::format("  {} {}\n", row.id, row.name);
  return out;
}

}  // namespace

int run_correlate(const CommandLine& line) {
  std::optional<threat::ValueKind> kind;
  if (!line.correlate.kind.empty()) {
    kind = stix::parse_value_kind(line.correlate.kind);
    if (!kind) {
      std::string known;
      for (std::size_t i = 0; i < stix::kValueKinds; ++i) {
        known += fmt::format("{}{}", i == 0 ? "" : ", ", stix::to_string(static_cast<threat::ValueKind>(i)));
      }
      return fail(Error::invalid(fmt::format("there is no kind of value '{}'; there are {}",
                                             safe_text(line.correlate.kind), known),
                                 "--kind"),
                  line.json);
    }
  }
  const auto installation = open_installation(line.location);
  if (!installation) return fail(installation.error(), line.json);
  load_known_good(line.location.folder);
  const auto meant = stix::values_meant(line.correlate.value, kind);
  const auto viewer = operator_viewer(line.as_public);
  const auto now = system_clock().now();
  std::vector<threat::Sharers> found;
  std::vector<threat::ThreatRow> rows;  // Of the only one.
  const auto done = installation->database->snapshot([&](store::Connection& connection) -> Status {
    if (meant.size() != 1) {
      TRY(found, threat::sharing_any(connection, viewer, meant, now));
      return ok();
    }
    TRY(auto page, threat::sharing(connection, viewer, meant.front(), line.limit, {}, now));
    found.push_back(std::move(page.sharers));
    rows = std::move(page.rows);
    return ok();
  });
  if (!done) return fail(done.error(), line.json);
  const bool only = meant.size() == 1;
  if (line.json) {
    boost::json::object out;
    auto& items = out["items"].emplace_array();
    for (const auto& each : found) items.push_back(portal::pages::sharers_json(each, only ? rows : each.first));
    print_json(out);
    return kGood;
  }
  if (found.empty()) print("Nothing here has this value.\n");
  for (const auto& each : found) print(safe_text(text_of(each, only ? rows : each.first)));
  return kGood;
}

}  // namespace tocsin::cli
