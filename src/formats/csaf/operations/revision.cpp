#include "formats/csaf/operations/revision.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/csaf/operations/edit.hpp"
#include "formats/csaf/operations/json_patch.hpp"
#include "formats/csaf/validate/model.hpp"

namespace tocsin::formats::csaf {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using Kind = VersionNumber::Kind;

constexpr std::string_view kLevels[] = {"patch", "minor", "major"};

/// Decimal digits without leading zeros, plus one; they may be more than any integer type holds.
std::string incremented(std::string_view digits) {
  std::string next{digits};
  for (auto at = next.size(); at-- > 0;) {
    if (next[at] != '9') {
      ++next[at];
      return next;
    }
    next[at] = '0';
  }
  return "1" + next;
}

/// Without pre-release and build: what a revision's number is.
std::string core_of(const VersionNumber& version) {
  if (version.kind == Kind::integer) return std::string{version.major};
  return fmt::format("{}.{}.{}", version.major, version.minor, version.patch);
}

std::string next_version(const VersionNumber& version, ChangeLevel level) {
  if (version.kind == Kind::integer) return incremented(version.major);
  // Rule 3: before the first release all is one step lower.
  if (version.is_zero() && level == ChangeLevel::major) return fmt::format("0.{}.0", incremented(version.minor));
  if (version.is_zero() || level == ChangeLevel::patch) {
    return fmt::format("{}.{}.{}", version.major, version.minor, incremented(version.patch));
  }
  if (level == ChangeLevel::minor) return fmt::format("{}.{}.0", version.major, incremented(version.minor));
  return fmt::format("{}.0.0", incremented(version.major));
}

/// The pre-release part of the next draft: its last number raised, or a first one added.
std::string next_prerelease(std::string_view prerelease) {
  const auto dot = prerelease.rfind('.');
  const auto last = dot == std::string_view::npos ? prerelease : prerelease.substr(dot + 1);
  const bool number = std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; });
  if (!number) return std::string{prerelease} + ".1";
  return std::string{prerelease.substr(0, prerelease.size() - last.size())} + incremented(last);
}

std::set<std::string> texts_of(const value* parent, std::string_view key) {
  std::set<std::string> texts;
  if (parent == nullptr) return texts;
  for (const auto& each : json::array_at(*parent, key)) {
    if (each.is_string()) texts.emplace(each.get_string());
  }
  return texts;
}

/// Products that a member of product_status listed before and does not list afterwards.
bool lost_some(const value* before, const value* after, std::string_view member) {
  const auto now = texts_of(after, member);
  return std::ranges::any_of(texts_of(before, member), [&](const auto& each) { return !now.contains(each); });
}

/// Rule 7 for one vulnerability before and after.
bool asks_for_comparison(const value& before, const value& after) {
  const auto cve_before = json::string_at(before, "cve");
  const auto cve_after = json::string_at(after, "cve");
  // Another CVE in its place: one item went, another came.
  if (!cve_before.empty() && !cve_after.empty() && cve_before != cve_after) return true;
  const auto* status_before = json::find(before, "product_status");
  const auto* status_after = json::find(after, "product_status");
  constexpr std::string_view kEitherWay[] = {"first_affected", "known_affected", "last_affected"};
  constexpr std::string_view kRemovals[] = {"first_fixed", "fixed", "known_not_affected"};
  return std::ranges::any_of(kEitherWay,
                             [&](std::string_view each) {
                               return lost_some(status_before, status_after, each) ||
                                      lost_some(status_after, status_before, each);
                             }) ||
         std::ranges::any_of(kRemovals,
                             [&](std::string_view each) { return lost_some(status_before, status_after, each); });
}

bool same(const value* a, const value* b) noexcept {
  return a == nullptr || b == nullptr ? a == b : equal_json(*a, *b);
}

/// Both have the same members and elements; where texts stand, they may differ.
bool only_texts_differ(const value& a, const value& b) {
  if (a.is_string() && b.is_string()) return true;
  if (const auto* object = a.if_object(); object != nullptr && b.is_object()) {
    return object->size() == b.get_object().size() && std::ranges::all_of(*object, [&](const auto& member) {
             const auto* twin = b.get_object().if_contains(member.key());
             return twin != nullptr && only_texts_differ(member.value(), *twin);
           });
  }
  if (const auto* array = a.if_array(); array != nullptr && b.is_array()) {
    return std::ranges::equal(*array, b.get_array(), only_texts_differ);
  }
  return equal_json(a, b);
}

value without_numbering(value root) {
  auto* document = edit::find(root, "document");
  auto* tracking = document == nullptr ? nullptr : edit::find_object(*document, "tracking");
  if (tracking == nullptr) return root;
  for (const auto* key : {"current_release_date", "generator", "id", "revision_history", "status", "version"}) {
    edit::remove(*tracking, key);
  }
  return root;
}

std::string text_of(const object& members, std::string_view key) {
  const auto* found = members.if_contains(key);
  return found != nullptr && found->is_string() ? std::string{found->get_string()} : std::string{};
}

}  // namespace

std::string_view to_string(ChangeLevel level) noexcept { return kLevels[static_cast<std::size_t>(level)]; }

std::optional<ChangeLevel> parse_change_level(std::string_view text) noexcept {
  const auto* found = std::ranges::find(kLevels, text);
  if (found == std::end(kLevels)) return std::nullopt;
  return static_cast<ChangeLevel>(found - std::begin(kLevels));
}

ChangeLevel least_level(const value& before, const value& after) {
  if (!same(json::find(before, "product_tree"), json::find(after, "product_tree"))) return ChangeLevel::major;
  const auto& old_ones = json::array_at(before, "vulnerabilities");
  const auto& new_ones = json::array_at(after, "vulnerabilities");
  if (old_ones.size() != new_ones.size()) return ChangeLevel::major;
  for (std::size_t i = 0; i < old_ones.size(); ++i) {
    if (asks_for_comparison(old_ones[i], new_ones[i])) return ChangeLevel::major;
  }
  return only_texts_differ(without_numbering(before), without_numbering(after)) ? ChangeLevel::patch
                                                                                : ChangeLevel::minor;
}

namespace operation {

void set_generator(object& tracking, const Engine& engine, Timestamp now) {
  object named;
  named["name"] = engine.name;
  if (!engine.version.empty()) named["version"] = engine.version;
  object generator;
  generator["date"] = format_rfc3339(now);
  generator["engine"] = std::move(named);
  edit::put(tracking, "generator", std::move(generator));
}

namespace {

/// The revision history of a document, while a revision is added.
class History {
 public:
  static Result<History> open(object& tracking) {
    History history{tracking};
    history.version_ = text_of(tracking, "version");
    history.highest_ = history.version_;
    if (history.highest().kind == Kind::invalid) {
      return Error::invalid(fmt::format("'{}' is no version: 1, 2, ... or 1.0.0, 1.1.0, ...", history.version_),
                            "/document/tracking/version");
    }
    if (const auto* there = tracking.if_contains("revision_history"); there == nullptr || !there->is_array()) {
      return Error::invalid("the revision history is an array of revisions", "/document/tracking/revision_history");
    }
    const auto& items = history.items();
    for (std::size_t i = 0; i < items.size(); ++i) TRY_VOID(history.take(items[i], i));
    return history;
  }

  Status add(const Revision& revision, const RevisionPlan& plan) {
    if (newest_ && revision.now < *newest_) {
      return Error::conflict(fmt::format("the newest revision is of {}, later than the {} of the change",
                                         format_rfc3339(*newest_), format_rfc3339(revision.now)),
                             "/document/tracking/revision_history");
    }
    const auto before = text_of(tracking_, "status");
    const auto after = plan.status.empty() ? before : plan.status;
    const bool is_release = before == "draft" && after != "draft";
    const bool is_draft = before == "draft";
    const auto top = highest();
    std::string version;
    if (!plan.number.empty()) {
      TRY_VOID(check_later(plan.number));
      version = plan.number;
      append(version, revision);
    } else if (top.is_zero() && is_release) {
      version = release_first(revision);
    } else if (is_draft && !plan.always_new_item && !(top.is_zero() && top.kind == Kind::semantic)) {
      version = continue_draft(revision, plan.level, is_release);
    } else {
      version = next_version(top, plan.level);
      append(version, revision);
    }
    edit::put(tracking_, "version", value(version));
    edit::put(tracking_, "status", value(after));
    edit::put(tracking_, "current_release_date", value(format_rfc3339(revision.now)));
    set_generator(tracking_, revision.engine, revision.now);
    return ok();
  }

 private:
  explicit History(object& tracking) : tracking_(tracking) {}

  Status take(const value& item, std::size_t index) {
    const auto place = json::pointer_append("/document/tracking/revision_history", index);
    const auto number = read_version_number(json::string_at(item, "number"));
    if (number.kind == Kind::invalid) return Error::invalid("the revision has no number", place + "/number");
    if (number.kind != highest().kind) {
      return Error::invalid("integer and semantic versions are mixed: use one kind for all revisions",
                            place + "/number");
    }
    const auto date = parse_rfc3339(json::string_at(item, "date"));
    if (!date) return Error::invalid("the revision has no date and time", place + "/date");
    if (!newest_ || *newest_ < *date) newest_ = *date;
    if (compare(highest(), number) < 0) highest_ = std::string{number.text};
    return ok();
  }

  Status check_later(std::string_view number) const {
    const auto read = read_version_number(number);
    if (read.kind == highest().kind && compare(highest(), read) < 0) return ok();
    return Error::invalid(fmt::format("'{}' is no version after {}", text::shorten(number, 40), highest_),
                          "/document/tracking/version");
  }

  VersionNumber highest() const noexcept { return read_version_number(highest_); }
  array& items() { return edit::array_at(tracking_, "revision_history"); }

  void append(std::string_view number, const Revision& revision) {
    object item;
    item["date"] = format_rfc3339(revision.now);
    item["number"] = number;
    item["summary"] = revision.summary;
    auto& all = items();
    // Some publishers write the newest first.
    const auto date_of = [](const value& each) { return parse_rfc3339(json::string_at(each, "date")); };
    const bool newest_first = all.size() > 1 && *date_of(all.front()) > *date_of(all.back());
    all.insert(newest_first ? all.begin() : all.end(), std::move(item));
  }

  /// The first release: whatever happened before it leaves the history (section 3.2.2.13.6).
  std::string release_first(const Revision& revision) {
    const std::string number = highest().kind == Kind::integer ? "1" : "1.0.0";
    items().clear();
    append(number, revision);
    edit::put(tracking_, "initial_release_date", value(format_rfc3339(revision.now)));
    return number;
  }

  /// Changes of a draft belong into the item of the release that it prepares.
  std::string continue_draft(const Revision& revision, ChangeLevel level, bool is_release) {
    const auto old_core = core_of(highest());
    auto core = old_core;
    std::string released;
    object* pending = nullptr;
    for (auto& each : items()) {
      const auto text = text_of(each.get_object(), "number");
      const auto number = read_version_number(text);
      if (core_of(number) == old_core) {
        pending = &each.get_object();
      } else if (!number.is_zero() && (released.empty() || compare(read_version_number(released), number) < 0)) {
        released = text;
      }
    }
    if (!released.empty()) {
      const auto least = next_version(read_version_number(released), level);
      if (compare(read_version_number(core), read_version_number(least)) < 0) core = least;
    } else if (is_release) {
      edit::put(tracking_, "initial_release_date", value(format_rfc3339(revision.now)));
    }
    if (pending == nullptr) {
      append(core, revision);
    } else {
      const auto summary = text_of(*pending, "summary");
      edit::put(*pending, "date", value(format_rfc3339(revision.now)));
      edit::put(*pending, "number", value(core));
      edit::put(*pending, "summary", value(summary.empty() ? revision.summary : summary + "\n" + revision.summary));
    }
    // In the history stands the release to come, without the part that makes the document a draft of it.
    const auto prerelease = read_version_number(version_).prerelease;
    if (is_release || prerelease.empty()) return core;
    return fmt::format("{}-{}", core, next_prerelease(prerelease));
  }

  object& tracking_;
  std::string version_;  ///< Of the document.
  std::string highest_;  ///< Of the document or a revision.
  std::optional<Timestamp> newest_;
};

}  // namespace

Status add_revision(object& tracking, const Revision& revision, const RevisionPlan& plan) {
  TRY(auto history, History::open(tracking));
  return history.add(revision, plan);
}

}  // namespace operation
}  // namespace tocsin::formats::csaf
