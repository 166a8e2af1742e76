#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/keyed_hash.hpp"
#include "base/messages.hpp"
#include "formats/csaf/validate/seen_texts.hpp"
#include "formats/csaf/validate/test_groups.hpp"

/// Document status, version and revision history: 6.1.14, 6.1.16 to 6.1.22 and 6.1.30.
namespace tocsin::formats::csaf {
namespace {

using Kind = VersionNumber::Kind;

Node history_of(const Model& model) { return model.tracking["revision_history"]; }

bool is_released(const Model& model) { return model.status == "final" || model.status == "interim"; }

/// Revisions by date, then by number. What has no date that can be read has no place in that order; `complete` tells
/// whether every revision is there.
struct DatedRevisions {
  explicit DatedRevisions(const Model& model) : in_order(model.revisions_by_date()) {
    // Those without a date come first.
    const auto dated = std::ranges::find_if(in_order, [](const RevisionView* each) { return each->date.has_value(); });
    in_order = in_order.subspan(static_cast<std::size_t>(dated - in_order.begin()));
    complete = in_order.size() == model.revisions.size();
  }
  std::span<const RevisionView* const> in_order;
  bool complete = false;
};

void sorted_revision_history(const Model& model, Sink& sink) {
  if (model.revisions.size() < 2) return;
  std::vector<const RevisionView*> sorted;
  std::ranges::copy_if(DatedRevisions{model}.in_order, std::back_inserter(sorted),
                       [](const RevisionView* each) { return each->number.kind != Kind::invalid; });
  for (std::size_t i = 1; i < sorted.size() && !sink.full(); ++i) {
    const auto& earlier = sorted[i - 1]->number;
    const auto& later = sorted[i]->number;
    if (compare(earlier, later) <= 0) continue;
    sink.add(history_of(model),
             tr<"number {} has the date {}, which is later than that of number {} ({})">(
                 later.text, sorted[i]->node.text_at("date"), earlier.text, sorted[i - 1]->node.text_at("date")),
             tr<"Correct dates or numbers, so that a later revision has the higher number.">());
  }
}

/// Build metadata does not count; the pre-release part does not in a draft.
bool same_version(const VersionNumber& a, const VersionNumber& b, bool is_draft) {
  if (a.kind == Kind::invalid || b.kind == Kind::invalid) return a.text == b.text;
  return a.kind == b.kind && a.major == b.major && a.minor == b.minor && a.patch == b.patch &&
         (is_draft || a.prerelease == b.prerelease);
}

void latest_document_version(const Model& model, Sink& sink) {
  const auto version = model.tracking["version"];
  if (!version.is_string()) return;
  const DatedRevisions revisions{model};
  // Where a date cannot be read, nobody knows which revision is the last one; the schema's finding comes first.
  if (!revisions.complete || revisions.in_order.empty()) return;
  const auto& last = revisions.in_order.back()->number;
  if (same_version(model.tracking_version, last, model.status == "draft")) return;
  sink.add(version,
           tr<"the document has version '{}', but the last item of its revision history has number '{}'">(
               version.text(), last.text),
           tr<"Give the document the number of its last revision, or add the revision that is missing.">());
}

void document_status_draft(const Model& model, Sink& sink) {
  const auto& version = model.tracking_version;
  if (version.kind == Kind::invalid || (!version.is_zero() && version.prerelease.empty())) return;
  if (model.status == "draft") return;
  auto wrong = tr<"version '{}' is a draft, but the document's status is '{}'">(version.text, model.status);
  constexpr Message kMend = message<"Set the status to draft, or give the document a released version from 1 on.">;
  if (const auto status = model.tracking["status"]) {
    sink.add(status, wrong, kMend);
  } else {
    sink.add(model.tracking, "/status", wrong, kMend);
  }
}

void released_revision_history(const Model& model, Sink& sink) {
  if (!is_released(model)) return;
  for (const auto& revision : model.revisions) {
    if (!revision.number.is_zero()) continue;
    sink.add(revision.node["number"],
             tr<"the document is {}, but its history has the draft number '{}'">(model.status, revision.number.text),
             tr<"Remove revisions from before the first release.">());
  }
}

void prerelease_in_revision_history(const Model& model, Sink& sink) {
  for (const auto& revision : model.revisions) {
    if (revision.number.prerelease.empty()) continue;
    sink.add(revision.node["number"],
             tr<"number '{}' has the pre-release part '-{}'">(revision.number.text, revision.number.prerelease),
             tr<"Merge this revision into the one with the released number, or remove the pre-release part.">());
  }
}

void non_draft_document_version(const Model& model, Sink& sink) {
  const auto& version = model.tracking_version;
  if (!is_released(model) || version.prerelease.empty()) return;
  sink.add(model.tracking["version"],
           tr<"the document is {}, but its version '{}' has the pre-release part '-{}'">(model.status, version.text,
                                                                                         version.prerelease),
           tr<"Remove the pre-release part from the version.">());
}

/// Nothing where the digits are more than 18: such a number is no count of releases.
std::optional<std::int64_t> major_of(const VersionNumber& version) {
  constexpr std::size_t kDigitsMax = 18;
  if (version.kind == Kind::invalid || version.major.size() > kDigitsMax) return std::nullopt;
  std::int64_t number = 0;
  std::from_chars(version.major.data(), version.major.data() + version.major.size(), number);
  return number;
}

/// Walks the history by date and asks of each number whether all before it were there by then.
class GapFinder {
 public:
  GapFinder(const Model& model, Sink& sink) : model_(model), sink_(sink) {}

  void find() {
    const DatedRevisions revisions{model_};
    // A revision without a date may be the one that seems to be missing; the schema's finding comes first.
    if (!revisions.complete) return;
    for (const auto* each : revisions.in_order) {
      if (const auto major = major_of(each->number)) steps_.push_back({each, *major});
    }
    if (steps_.empty()) return;
    const auto first = steps_.front();
    if (first.major > 1) {
      add(tr<"the first revision by date has number '{}' instead of 0 or 1">(first.revision->number.text),
          tr<"Let the history begin with the first version.">());
      gap(1, first.major, [&] { return tr<"before {}">(date_of(first.revision)); });
    }
    auto highest = first;
    for (const auto& step : steps_) {
      if (step.major <= highest.major) continue;
      gap(highest.major + 1, step.major,
          [&] { return tr<"between {} and {}">(date_of(highest.revision), date_of(step.revision)); });
      highest = step;
    }
  }

 private:
  struct Step {
    const RevisionView* revision;
    std::int64_t major;
  };

  static std::string_view date_of(const RevisionView* revision) { return revision->node.text_at("date"); }

  /// One finding for each number of [from, to); where there are very many of them, one for the rest.
  template <class Where>
  void gap(std::int64_t from, std::int64_t to, Where where) {
    constexpr std::int64_t kNamedMax = 20;
    constexpr Message kMend = message<"Add an item for each version that was released, with its own date.">;
    if (from < to && all_.empty()) {
      for (const auto& step : steps_) all_.insert(step.major);
    }
    for (auto number = from; number < to; ++number) {
      if (number - from == kNamedMax) {
        add(tr<"the revision history has no items for the numbers {} to {} {}">(number, to - 1, where()), kMend);
        return;
      }
      if (all_.contains(number)) {
        add(tr<"the item with number {} is missing {}: its date puts it elsewhere">(number, where()),
            tr<"Correct the dates or the numbers, so that both rise together.">());
      } else {
        add(tr<"the revision history has no item with number {} at all">(number), kMend);
      }
    }
  }

  void add(std::string_view message, std::string_view mend) { sink_.add(history_of(model_), message, mend); }

  const Model& model_;
  Sink& sink_;
  std::vector<Step> steps_;
  HashSet<std::int64_t> all_;  ///< Only filled where there is a gap.
};

void missing_item_in_revision_history(const Model& model, Sink& sink) { GapFinder{model, sink}.find(); }

void multiple_definition_in_revision_history(const Model& model, Sink& sink) {
  if (model.revisions.size() < 2) return;
  SeenTexts seen;
  for (const auto& revision : model.revisions) {
    const auto number = revision.node["number"];
    if (!number.is_string() || seen.insert(number.text())) continue;
    sink.add(number, tr<"the revision history has more than one item with number '{}'">(number.text()),
             tr<"Give each revision a number of its own.">());
  }
}

std::string_view to_string(Kind kind) noexcept {
  return kind == Kind::integer ? tr<"an integer version">() : tr<"a semantic version">();
}

void mixed_versioning(const Model& model, Sink& sink) {
  const RevisionView* first = nullptr;
  const RevisionView* other = nullptr;
  for (const auto& revision : model.revisions) {
    if (revision.number.kind == Kind::invalid) continue;
    if (first == nullptr) {
      first = &revision;
    } else if (revision.number.kind != first->number.kind) {
      other = &revision;
      break;
    }
  }
  if (first == nullptr) return;
  constexpr Message kMend = message<"Use either integer or semantic versions, for the document and all its revisions.">;
  if (other != nullptr) {
    sink.add(history_of(model),
             tr<"'{}' is {}, but '{}' is {}">(first->number.text, to_string(first->number.kind), other->number.text,
                                              to_string(other->number.kind)),
             kMend);
  }
  const auto& version = model.tracking_version;
  if (version.kind == Kind::invalid) return;
  const auto* differing = version.kind != first->number.kind ? first : other;
  if (differing == nullptr) return;
  sink.add(model.tracking["version"],
           tr<"'{}' is {}, but the revision '{}' is {}">(version.text, to_string(version.kind), differing->number.text,
                                                         to_string(differing->number.kind)),
           kMend);
}

constexpr Test kTests[] = {
    {.id = "6.1.14", .run = sorted_revision_history},
    {.id = "6.1.16", .run = latest_document_version},
    {.id = "6.1.17", .run = document_status_draft},
    {.id = "6.1.18", .run = released_revision_history},
    {.id = "6.1.19", .run = prerelease_in_revision_history},
    {.id = "6.1.20", .run = non_draft_document_version},
    {.id = "6.1.21", .run = missing_item_in_revision_history},
    {.id = "6.1.22", .run = multiple_definition_in_revision_history},
    {.id = "6.1.30", .run = mixed_versioning},
};

}  // namespace

std::span<const Test> history_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
