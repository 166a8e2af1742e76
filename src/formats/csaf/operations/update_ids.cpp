#include "formats/csaf/operations/update_ids.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <set>

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/csaf/convert/steps.hpp"
#include "formats/csaf/id_assignment.hpp"
#include "formats/csaf/operations/edit.hpp"

namespace tocsin::formats::csaf {
namespace {

using boost::json::object;
using boost::json::value;
using State = IdAssignment::State;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

/// A rule, ready to be asked.
class Rule {
 public:
  static Result<Rule> compile(const IdRule& rule, std::size_t index) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(1 << 20);
    const auto place = json::pointer_append("", index);
    if (!rule.new_system_name && !rule.new_text) {
      return Error::invalid("the rule changes nothing: it has neither new_system_name nor new_text", place);
    }
    Rule made{&rule, std::make_unique<re2::RE2>(
                         piece(rule.precondition.empty() ? std::string_view{"(?s).*"} : rule.precondition), options)};
    if (!made.pattern_->ok()) {
      return Error::invalid(fmt::format("'{}' is no regular expression: {}", text::shorten(rule.precondition, 80),
                                        made.pattern_->error()),
                            place + "/precondition");
    }
    std::string problem;
    if (rule.new_text && !made.pattern_->CheckRewriteString(piece(*rule.new_text), &problem)) {
      return Error::invalid(
          fmt::format("'{}' does not fit its precondition: {}", text::shorten(*rule.new_text, 80), problem),
          place + "/new_text");
    }
    return made;
  }

  /// The id afterwards, where the rule is for it.
  std::optional<std::pair<std::string, std::string>> apply(std::string_view system_name, std::string_view text) const {
    if (system_name != rule_->system_name) return std::nullopt;
    std::array<re2::StringPiece, 10> groups;
    const int wanted = std::min(pattern_->NumberOfCapturingGroups(), 9) + 1;
    if (!pattern_->Match(piece(text), 0, text.size(), re2::RE2::ANCHOR_BOTH, groups.data(), wanted)) {
      return std::nullopt;
    }
    auto new_text = std::string{text};
    if (rule_->new_text) {
      new_text.clear();
      pattern_->Rewrite(&new_text, piece(*rule_->new_text), groups.data(), wanted);
    }
    return std::pair{rule_->new_system_name.value_or(std::string{system_name}), std::move(new_text)};
  }

 private:
  Rule(const IdRule* rule, std::unique_ptr<re2::RE2> pattern) : rule_(rule), pattern_(std::move(pattern)) {}

  const IdRule* rule_;
  std::unique_ptr<re2::RE2> pattern_;
};

Result<std::vector<Rule>> compile(const std::vector<IdRule>& rules) {
  std::vector<Rule> compiled;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    TRY(auto rule, Rule::compile(rules[i], i));
    compiled.push_back(std::move(rule));
  }
  return compiled;
}

/// The ids of a document, one after another.
class Updater {
 public:
  Updater(const UpdateIdsOptions& options, const std::vector<Rule>& rules, std::vector<ConversionNote>* notes)
      : options_(options), rules_(rules), notes_(notes) {}

  void all(value& root) {
    auto* vulnerabilities = edit::find_array(root, "vulnerabilities");
    for (std::size_t i = 0; vulnerabilities != nullptr && i < vulnerabilities->size(); ++i) {
      auto* ids = edit::find_array((*vulnerabilities)[i], "ids");
      if (ids == nullptr) continue;
      for (std::size_t k = 0; k < ids->size(); ++k) {
        if (auto* id = (*ids)[k].if_object(); id != nullptr) one(*id, fmt::format("/vulnerabilities/{}/ids/{}", i, k));
      }
      convert::drop_repeated(*ids);
    }
  }
  IdReport report() && { return std::move(report_); }

 private:
  void one(object& id, std::string path) {
    const auto text_at = [&](std::string_view key) { return convert::text_of(id.if_contains(key)); };
    IdAt before{.path = std::move(path), .system_name = text_at("system_name"), .text = text_at("text")};
    if (std::ranges::find(options_.ignored, before.system_name) != options_.ignored.end()) return;
    const auto found = assign_id(before.system_name, before.text);
    if (!found.is_registered) report_.unregistered.push_back(before);
    if (found.is_registered && found.state != State::conforming) report_.nonconforming.push_back(before);
    for (const auto& rule : rules_) {
      auto after = rule.apply(before.system_name, before.text);
      if (!after) continue;
      if (after->first != before.system_name || after->second != before.text) {
        change(id, {.before = std::move(before),
                    .system_name = std::move(after->first),
                    .text = std::move(after->second),
                    .by_rule = true});
      }
      return;
    }
    if (found.state == State::assigned) {
      change(id, {.before = std::move(before), .system_name = found.system_name, .text = found.text});
    } else if (found.state != State::conforming) {
      tell(before.path, fmt::format("the id '{}' of '{}' stays: no mapping of it is known",
                                    text::shorten(before.text, 80), text::shorten(before.system_name, 80)));
    }
  }

  void change(object& id, IdChange change) {
    if (options_.accept && !options_.accept(change)) return;
    tell(change.before.path,
         fmt::format("the id '{}' of '{}' becomes '{}' of '{}'", text::shorten(change.before.text, 80),
                     text::shorten(change.before.system_name, 80), text::shorten(change.text, 80),
                     text::shorten(change.system_name, 80)));
    edit::put(id, "system_name", value(change.system_name));
    edit::put(id, "text", value(change.text));
    report_.changes.push_back(std::move(change));
  }

  void tell(std::string path, std::string message) {
    if (notes_ != nullptr) operation::warn(*notes_, std::move(path), std::move(message));
  }

  const UpdateIdsOptions& options_;
  const std::vector<Rule>& rules_;
  std::vector<ConversionNote>* notes_;
  IdReport report_;
};

/// "Vulnerability ids renamed by their registry: 'A' is 'B' (2 ids)." A text of the document, so in English.
std::string summary_of(const std::vector<IdChange>& changes) {
  std::set<std::string> systems;
  for (const auto& each : changes) {
    systems.insert(each.before.system_name == each.system_name
                       ? fmt::format("texts of '{}'", text::shorten(each.system_name, 80))
                       : fmt::format("'{}' is now '{}'", text::shorten(each.before.system_name, 80),
                                     text::shorten(each.system_name, 80)));
  }
  return fmt::format("Ids of vulnerabilities follow the registry of their systems: {} ({} {}).",
                     fmt::join(systems, ", "), changes.size(), changes.size() == 1 ? "id" : "ids");
}

Result<operation::Source> read_2_1(std::string_view bytes) {
  TRY(auto source, operation::read(bytes));
  if (source.version == CsafVersion::v2_1) return source;
  return Error::invalid("the registry of vulnerability id systems belongs to CSAF 2.1: convert the document first",
                        "/document/csaf_version");
}

Result<std::string> text_member(const object& rule, std::string_view key, const std::string& place) {
  const auto* found = rule.if_contains(key);
  if (found == nullptr) return std::string{};
  if (found->is_string()) return std::string{found->get_string()};
  return Error::invalid("is a text", json::pointer_append(place, key));
}

}  // namespace

Result<std::vector<IdRule>> read_id_rules(const value& rules) {
  constexpr std::string_view kMembers[] = {"system_name", "precondition", "new_system_name", "new_text"};
  if (!rules.is_array()) return Error::invalid("rules are a JSON array of objects", "");
  if (rules.get_array().size() > kIdRulesMax) {
    return Error::invalid(fmt::format("at most {} rules are read", kIdRulesMax), "");
  }
  std::vector<IdRule> read;
  for (std::size_t i = 0; i < rules.get_array().size(); ++i) {
    const auto place = json::pointer_append("", i);
    const auto* rule = rules.get_array()[i].if_object();
    if (rule == nullptr) return Error::invalid("a rule is a JSON object", place);
    for (const auto& member : *rule) {
      if (std::ranges::find(kMembers, std::string_view{member.key()}) != std::end(kMembers)) continue;
      return Error::invalid("a rule has system_name, precondition, new_system_name and new_text, not this",
                            json::pointer_append(place, std::string_view{member.key()}));
    }
    IdRule made;
    TRY(made.system_name, text_member(*rule, "system_name", place));
    if (made.system_name.empty()) return Error::invalid("a rule names the system_name that it is for", place);
    TRY(made.precondition, text_member(*rule, "precondition", place));
    for (const auto& [key, into] :
         {std::pair{"new_system_name", &made.new_system_name}, {"new_text", &made.new_text}}) {
      if (!rule->contains(key)) continue;
      TRY(auto text, text_member(*rule, key, place));
      if (text.empty()) return Error::invalid("is not empty", json::pointer_append(place, std::string_view{key}));
      *into = std::move(text);
    }
    read.push_back(std::move(made));
  }
  TRY_VOID(compile(read));
  return read;
}

Result<IdReport> look_at_ids(std::string_view source, const UpdateIdsOptions& options) {
  TRY(auto read, read_2_1(source));
  TRY(const auto rules, compile(options.rules));
  auto unasked = options;
  unasked.accept = {};
  Updater updater{unasked, rules, nullptr};
  updater.all(read.root);
  return std::move(updater).report();
}

Result<UpdatedIds> update_ids(std::string_view source, const UpdateIdsOptions& options) {
  TRY(auto read, read_2_1(source));
  TRY(const auto rules, compile(options.rules));
  Updater updater{options, rules, &read.notes};
  auto document = read.root;
  updater.all(document);
  auto report = std::move(updater).report();
  // Also an id that stood there twice stays so where nothing else is done.
  if (report.changes.empty()) document = std::move(read.root);
  if (options.commit && !report.changes.empty()) {
    auto revision = *options.commit;
    if (revision.summary.empty()) revision.summary = summary_of(report.changes);
    auto& tracking = document.get_object().at("document").get_object().at("tracking").get_object();
    TRY_VOID(operation::add_revision(
        tracking, revision,
        {.level = options.level.value_or(ChangeLevel::patch), .status = {}, .number = options.number}));
  }
  return UpdatedIds{.changed = operation::finish(std::move(document), std::move(read.notes)),
                    .report = std::move(report)};
}

}  // namespace tocsin::formats::csaf
