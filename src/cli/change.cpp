#include <chrono>
#include <iostream>

#include <fmt/format.h>

#include "base/json.hpp"
#include "cli/commands.hpp"
#include "cli/notes.hpp"
#include "cli/one_document.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "formats/csaf/operations/modify.hpp"
#include "formats/csaf/operations/update_ids.hpp"
#include "formats/csaf/operations/withdraw.hpp"

/// The commands that change one document: withdraw, supersede, modify, translate, update-ids.
namespace tocsin::cli {
namespace {

namespace csaf = formats::csaf;

/// Whole seconds: nobody wrote a document in a microsecond.
Timestamp moment_of(const ChangeOptions& options) {
  if (!options.date.empty()) return parse_rfc3339(options.date).value();
  constexpr std::int64_t kSecond = 1'000'000;
  return {system_clock().now().micros / kSecond * kSecond};
}

csaf::Revision revision_of(const ChangeOptions& options) {
  return {.now = moment_of(options), .summary = options.summary, .engine = {"Tocsin", TOCSIN_VERSION}};
}

int give(const CommandLine& line, const Result<csaf::Changed>& changed) {
  if (!changed) {
    const auto& where = changed.error().where;
    // Pointers into a patch begin with the number of an operation, those into a document with a name.
    const bool in_patch = where.size() > 1 && where[0] == '/' && where[1] >= '0' && where[1] <= '9';
    return fail(in_file(in_patch ? line.change.patch : line.paths.at(0), changed.error()), line.json);
  }
  for (const auto& note : changed->notes) tell(note, line.json);
  if (changed->is_good() || line.keep_invalid) print(json::write_pretty(changed->document) + "\n");
  return changed->is_good() ? kGood : kFailed;
}

Result<csaf::SupersedingDocument> superseding(const std::string& file_or_url) {
  if (file_or_url.starts_with("https://") || file_or_url.starts_with("http://")) {
    return csaf::SupersedingDocument{.url = file_or_url};
  }
  TRY(const auto bytes, read_one_document(file_or_url));
  auto found = csaf::superseding_document(bytes);
  if (!found) return in_file(file_or_url, found.error());
  return found;
}

Result<json::Parsed> read_json(const std::string& path) {
  TRY(const auto bytes, read_one_document(path));
  auto parsed = json::parse(bytes);
  if (!parsed) return in_file(path, parsed.error());
  return parsed;
}

Result<std::map<std::string, std::string>> read_texts(const std::string& path) {
  TRY(const auto parsed, read_json(path));
  const auto* object = parsed.root().if_object();
  if (object == nullptr) return Error::invalid("translated texts are one JSON object: pointer and text", path);
  std::map<std::string, std::string> texts;
  for (const auto& member : *object) {
    if (!member.value().is_string()) {
      return Error::invalid("the translation is a text", path + ":" + json::pointer_append("", member.key()));
    }
    texts.emplace(member.key(), member.value().get_string());
  }
  return texts;
}

void list_ids(const std::vector<csaf::IdAt>& ids, bool json) {
  for (const auto& id : ids) {
    if (json) {
      print_json(boost::json::object{{"path", id.path}, {"system_name", id.system_name}, {"text", id.text}});
    } else {
      print(safe_text(fmt::format("{}: '{}' of '{}'", id.path, id.text, id.system_name)) + "\n");
    }
  }
}

void list_changes(const std::vector<csaf::IdChange>& changes, bool json) {
  for (const auto& each : changes) {
    if (json) {
      print_json(boost::json::object{{"path", each.before.path},
                                     {"before", {{"system_name", each.before.system_name}, {"text", each.before.text}}},
                                     {"after", {{"system_name", each.system_name}, {"text", each.text}}},
                                     {"by_rule", each.by_rule}});
    } else {
      print(safe_text(fmt::format("{}: '{}' of '{}' becomes '{}' of '{}'", each.before.path, each.before.text,
                                  each.before.system_name, each.text, each.system_name)) +
            "\n");
    }
  }
}

/// Asks on standard error, hears on standard input. What ends before it has answered means no.
class AskAboutIds {
 public:
  bool operator()(const csaf::IdChange& change) {
    if (rest_) return *rest_;
    for (;;) {
      std::cerr << safe_text(fmt::format("{}: '{}' of '{}' becomes '{}' of '{}'.", change.before.path,
                                         change.before.text, change.before.system_name, change.text,
                                         change.system_name))
                << " Change it? [y]es, [n]o, [a]ll, none of the [r]est: " << std::flush;
      std::string answer;
      if (!std::getline(std::cin, answer)) answer = "r";
      if (answer == "y" || answer == "yes") return true;
      if (answer == "n" || answer == "no") return false;
      if (answer == "a" || answer == "all") return *(rest_ = true);
      if (answer == "r" || answer == "rest") return *(rest_ = false);
    }
  }

 private:
  std::optional<bool> rest_;
};

}  // namespace

int run_withdraw(const CommandLine& line) {
  const auto bytes = read_one_document(line.paths.at(0));
  if (!bytes) return fail(bytes.error(), line.json);
  const auto& options = line.change;
  return give(line, csaf::withdraw(*bytes, {.reasons = options.reasons,
                                            .lang = options.lang,
                                            .note_title = options.note_title,
                                            .revision = revision_of(options)}));
}

int run_supersede(const CommandLine& line) {
  const auto bytes = read_one_document(line.paths.at(0));
  if (!bytes) return fail(bytes.error(), line.json);
  const auto& options = line.change;
  std::vector<csaf::SupersedingDocument> by;
  for (const auto& each : options.by) {
    auto found = superseding(each);
    if (!found) return fail(found.error(), line.json);
    by.push_back(std::move(*found));
  }
  return give(line, csaf::supersede(*bytes, {.by = std::move(by),
                                             .reasons = options.reasons,
                                             .lang = options.lang,
                                             .note_title = options.note_title,
                                             .reference_summary = options.reference_summary,
                                             .revision = revision_of(options)}));
}

int run_modify(const CommandLine& line) {
  const auto bytes = read_one_document(line.paths.at(0));
  if (!bytes) return fail(bytes.error(), line.json);
  const auto& options = line.change;
  json::Parsed patch;
  if (!options.patch.empty()) {
    auto parsed = read_json(options.patch);
    if (!parsed) return fail(parsed.error(), line.json);
    patch = std::move(*parsed);
  }
  return give(line, csaf::modify(*bytes, {.patch = options.patch.empty() ? nullptr : &patch.root(),
                                          .header = options.header,
                                          .tracking_id = options.tracking_id,
                                          .tracking_id_prefix = options.tracking_id_prefix,
                                          .original_url = options.original_url,
                                          .level = csaf::parse_change_level(options.level),
                                          .revision = revision_of(options)}));
}

int run_translate(const CommandLine& line) {
  const auto bytes = read_one_document(line.paths.at(0));
  if (!bytes) return fail(bytes.error(), line.json);
  const auto& options = line.change;
  auto texts = read_texts(options.texts);
  if (!texts) return fail(texts.error(), line.json);
  const auto revision = revision_of(options);
  return give(line, csaf::translate(*bytes, {.lang = options.lang,
                                             .source_lang = options.source_lang,
                                             .texts = std::move(*texts),
                                             .tracking_id = options.tracking_id,
                                             .publisher_name = options.header.publisher_name,
                                             .publisher_namespace = options.header.publisher_namespace,
                                             .by_publisher = options.by_publisher,
                                             .original_url = options.original_url,
                                             .now = revision.now,
                                             .engine = revision.engine}));
}

int run_update_ids(const CommandLine& line) {
  const auto& options = line.change;
  if (options.interactive && line.paths.at(0) == "-") {
    return fail(Error::invalid("--interactive reads answers from standard input: name the document's file"), line.json);
  }
  const auto bytes = read_one_document(line.paths.at(0));
  if (!bytes) return fail(bytes.error(), line.json);
  csaf::UpdateIdsOptions wanted{
      .ignored = options.ignored, .level = csaf::parse_change_level(options.level), .number = options.number};
  if (!options.rules.empty()) {
    const auto parsed = read_json(options.rules);
    if (!parsed) return fail(parsed.error(), line.json);
    auto rules = csaf::read_id_rules(parsed->root());
    if (!rules) return fail(in_file(options.rules, rules.error()), line.json);
    wanted.rules = std::move(*rules);
  }
  if (options.dry_run || options.list_unregistered || options.list_nonconforming) {
    const auto report = csaf::look_at_ids(*bytes, wanted);
    if (!report) return fail(in_file(line.paths.at(0), report.error()), line.json);
    if (options.dry_run) list_changes(report->changes, line.json);
    if (options.list_unregistered) list_ids(report->unregistered, line.json);
    if (options.list_nonconforming) list_ids(report->nonconforming, line.json);
    return kGood;
  }
  if (options.commit) wanted.commit = revision_of(options);
  if (options.interactive) wanted.accept = AskAboutIds{};
  auto updated = csaf::update_ids(*bytes, wanted);
  if (!updated) return give(line, updated.error());
  return give(line, std::move(updated->changed));
}

}  // namespace tocsin::cli
