#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/one_document.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "formats/csaf/compare.hpp"
#include "portal/pages/advisory_json.hpp"

namespace tocsin::cli {
namespace {

namespace csaf = formats::csaf;

Result<csaf::Advisory> read_one(const std::string& path) {
  TRY(const auto bytes, read_one_document(path));
  const auto parsed = json::parse(bytes);
  if (!parsed) return in_file(path, parsed.error());
  auto advisory = csaf::read_advisory(parsed->root());
  if (!advisory) return in_file(path, std::move(advisory).error());
  return advisory;
}

char sign_of(csaf::Change::Kind kind) noexcept {
  switch (kind) {
    case csaf::Change::Kind::added:
      return '+';
    case csaf::Change::Kind::removed:
      return '-';
    case csaf::Change::Kind::changed:
      break;
  }
  return '~';
}

std::string line_of(const csaf::Change& change) {
  constexpr std::size_t kShown = 200;
  const auto shown = [](const std::string& text) { return text::shorten(text::squeeze(text), kShown); };
  auto line = fmt::format("  {} {}", sign_of(change.kind), change.what);
  if (change.concerns != csaf::Change::Concerns::editorial) line += fmt::format(" [{}]", to_string(change.concerns));
  if (!change.before.empty()) line += fmt::format("\n      - {}", shown(change.before));
  if (!change.after.empty()) line += fmt::format("\n      + {}", shown(change.after));
  return line;
}

}  // namespace

int run_diff(const CommandLine& line) {
  const auto before = read_one(line.paths.at(0));
  if (!before) return fail(before.error(), line.json);
  const auto after = read_one(line.paths.at(1));
  if (!after) return fail(after.error(), line.json);
  const auto changes = csaf::compare(*before, *after);
  if (line.json) {
    boost::json::object object;
    object["before"] = line.paths[0];
    object["after"] = line.paths[1];
    portal::pages::add_changes(object, changes);
    print_json(object);
    return kGood;
  }
  std::string_view section;
  for (const auto& each : changes) {
    if (each.section != section) print(safe_text((section.empty() ? "" : "\n") + each.section + "\n"));
    section = each.section;
    print(safe_text(line_of(each) + "\n"));
  }
  print(changes.empty() ? "Nothing that a reader would notice has changed.\n"
        : csaf::matters_to_owners(changes)
            ? "\nMatters to owners: what is marked [affected], [remediation] or [severity].\n"
            : "\nOnly words changed: nothing about what is affected, how bad it is or what to do.\n");
  return kGood;
}

}  // namespace tocsin::cli
