#include <map>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/one_document.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "engine/threat/attack_view.hpp"
#include "formats/attack/difference.hpp"
#include "portal/pages/attack_parts.hpp"

/// The command `attack`.
namespace tocsin::cli {
namespace {

namespace attack = formats::attack;
namespace threat = engine::threat;

Result<attack::Release> read_release(const std::string& path) {
  TRY(const auto bytes, read_one_document(path));
  auto release = attack::Release::read(bytes);
  if (!release) return in_file(path, std::move(release).error());
  return release;
}

std::string title_of(const attack::Release& release, const std::string& path) {
  if (release.name().empty()) return path;
  return fmt::format("{} {}", release.name(), release.version());
}

std::string end_of(const attack::ReleaseObject& object) {
  return object.id.empty() ? object.name : fmt::format("{} {}", object.id, object.name);
}

std::string line_of(const attack::ObjectChange& change) {
  const auto& named = change.what == attack::What::removed ? change.before : change.after;
  auto out = fmt::format("  {} {} {}", named.id, named.name, named.version);
  switch (change.what) {
    case attack::What::renamed:
      out += fmt::format(" (was {})", change.before.name);
      break;
    case attack::What::revoked:
      if (!change.successor.empty()) out += fmt::format(" (now {})", change.successor);
      break;
    case attack::What::major_version:
    case attack::What::minor_version:
      out += fmt::format(" (was {})", change.before.version);
      break;
    case attack::What::added:
    case attack::What::deprecated:
    case attack::What::reinstated:
    case attack::What::edited:
    case attack::What::removed:
      break;
  }
  return out;
}

int diff(const CommandLine& line) {
  const auto before = read_release(line.attack.before);
  if (!before) return fail(before.error(), line.json);
  const auto after = read_release(line.attack.after);
  if (!after) return fail(after.error(), line.json);
  const auto difference = attack::compare(*before, *after);
  if (line.json) {
    boost::json::object out{{"before", title_of(*before, line.attack.before)},
                            {"after", title_of(*after, line.attack.after)}};
    for (auto& [name, value] : portal::pages::attack_difference_json(difference)) out[name] = std::move(value);
    print_json(out);
    return kGood;
  }
  print(
      safe_text(fmt::format("{} -> {}\n", title_of(*before, line.attack.before), title_of(*after, line.attack.after))));
  const attack::ObjectChange* last = nullptr;
  for (const auto& each : difference.objects) {
    const auto kind = each.what == attack::What::removed ? each.before.kind : each.after.kind;
    const auto last_kind =
        last == nullptr ? kind : (last->what == attack::What::removed ? last->before.kind : last->after.kind);
    if (last == nullptr || last->what != each.what || last_kind != kind) {
      print(fmt::format("\n{}: {}\n", attack::slug(kind), attack::slug(each.what)));
    }
    print(safe_text(line_of(each) + "\n"));
    last = &each;
  }
  std::map<std::string, std::pair<int, int>> by_verb;
  for (const auto& each : difference.relations) ++(each.added ? by_verb[each.verb].first : by_verb[each.verb].second);
  if (!by_verb.empty()) print("\nrelations\n");
  for (const auto& [verb, counts] : by_verb) {
    print(safe_text(fmt::format("  {}: {} added, {} removed\n", verb, counts.first, counts.second)));
  }
  if (line.attack.relations) {
    for (const auto& each : difference.relations) {
      print(safe_text(
          fmt::format("  {} {} {} {}\n", each.added ? '+' : '-', end_of(each.source), each.verb, end_of(each.target))));
    }
  }
  if (difference.objects.empty() && by_verb.empty()) print("\nNothing has changed.\n");
  return kGood;
}

std::string text_of(const threat::AttackObject& object) {
  const auto& row = object.row;
  auto out = fmt::format("{} {} ({}{}{})\n", row.attack_id, row.object.name, attack::slug(row.kind),
                         row.version.empty() ? "" : ", version " + row.version,
                         row.in_force         ? ""
                         : row.object.revoked ? ", revoked"
                                              : ", deprecated");
  out += row.object.id + "\n";
  const auto parsed = json::parse(object.bytes);
  if (parsed) out += fmt::format("\n{}\n", json::string_at(parsed->root(), "description"));
  const auto rows = [&](std::string_view title, const std::vector<threat::AttackRow>& of) {
    if (!of.empty()) out += fmt::format("\n{}\n", title);
    for (const auto& each : of) out += fmt::format("  {} {}\n", each.attack_id, each.object.name);
  };
  rows("Tactics", object.tactics);
  rows("Techniques", object.techniques);
  rows(row.kind == threat::AttackKind::technique ? "Detected by" : "Detects", object.detected);
  if (!object.relations.empty()) out += "\nRelations\n";
  for (const auto& each : object.relations) {
    out += each.outgoing ? fmt::format("  {} {} {}\n", each.verb, each.other.attack_id, each.other.object.name)
                         : fmt::format("  {} {} {} this\n", each.other.attack_id, each.other.object.name, each.verb);
  }
  if (object.mentions_total > 0) out += fmt::format("\nNamed by {}\n", object.mentions_total);
  for (const auto& each : object.mentions) {
    out += fmt::format("  {} {}\n", each.kind == domain::RecordKind::advisory ? each.slug : each.type, each.title);
  }
  return out;
}

int show(const CommandLine& line, store::Database& database) {
  const auto found = database.snapshot([&](store::Connection& connection) {
    return threat::find_attack(connection, operator_viewer(line.as_public), line.attack.id, system_clock().now());
  });
  if (!found) return fail(found.error(), line.json);
  if (!*found) {
    return fail(Error{Error::Code::not_found,
                      fmt::format("There is no object of ATT&CK '{}' here", safe_text(line.attack.id)),
                      {},
                      {}},
                line.json);
  }
  if (line.json) {
    auto object = portal::pages::attack_object_json(**found);
    if (!object) return fail(object.error(), true);
    print_json(*object);
  } else {
    print(safe_text(text_of(**found)));
  }
  return kGood;
}

int layer(const CommandLine& line, store::Database& database) {
  const auto view = database.snapshot([&](store::Connection& connection) {
    return threat::look_at_matrix(connection, operator_viewer(line.as_public), line.attack.matrix, line.attack.by,
                                  system_clock().now());
  });
  if (!view) return fail(view.error(), line.json);
  if (!view->matrix) {
    return fail(Error{Error::Code::not_found,
                      "There is no matrix of ATT&CK here: tocsin import takes what MITRE publishes as STIX",
                      {},
                      {}},
                line.json);
  }
  print(attack::write_layer(threat::layer_of(*view)) + "\n");
  return kGood;
}

}  // namespace

int run_attack(const CommandLine& line) {
  if (line.attack.what == AttackOptions::What::diff) return diff(line);
  const auto installation = open_installation(line.location);
  if (!installation) return fail(installation.error(), line.json);
  return line.attack.what == AttackOptions::What::show ? show(line, *installation->database)
                                                       : layer(line, *installation->database);
}

}  // namespace tocsin::cli
