#include "engine/exposure/status.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/exposure/aliases.hpp"
#include "engine/exposure/decision_inputs.hpp"
#include "engine/members/input.hpp"
#include "formats/vex/claims.hpp"
#include "store/records.hpp"

namespace tocsin::engine::exposure {
namespace {

namespace csaf = formats::csaf;
using Kind = StatusEntry::Kind;

constexpr std::size_t kRemediesMax = 10;
/// Of the documents that are kept read, as they were stored.
constexpr std::size_t kDocumentBytesMax = std::size_t{48} << 20;
constexpr std::int64_t kDayMicros = std::int64_t{86'400} * 1'000'000;

Result<Timestamp> moment_of(const std::string& text, Timestamp now) {
  if (text.empty()) return now;
  auto read = parse_rfc3339(text.size() == 10 ? text + "T23:59:59.999999Z" : text);
  if (!read) {
    return Error::invalid(std::string{tr<"a day is written 2024-03-01, a moment 2024-03-01T12:00:00+01:00">()}, "at");
  }
  // Today ends later, and the day of who asks may have begun before that of UTC.
  if (read->micros > now.micros + 2 * kDayMicros) {
    return Error::invalid(std::string{tr<"what will be known nobody knows: choose a day that has come">()}, "at");
  }
  return std::min(*read, now);
}

Result<StatusQuestion> tidied(const StatusQuestion& question) {
  StatusQuestion tidy{.known_by = question.known_by};
  TRY(tidy.vendor, members::one_line(question.vendor, "vendor", 0, kQuestionBytesMax));
  TRY(tidy.product, members::one_line(question.product, "product", 0, kQuestionBytesMax));
  TRY(tidy.model, members::one_line(question.model, "model", 0, kQuestionBytesMax));
  TRY(tidy.version, members::one_line(question.version, "version", 0, kQuestionBytesMax));
  TRY(tidy.at, members::one_line(question.at, "at", 0, 40));
  if (tidy.product.empty() && tidy.model.empty()) {
    return Error::invalid(std::string{tr<"say which product: its name, or its model or order number">()}, "product");
  }
  return tidy;
}

formats::inventory::Item item_of(const StatusQuestion& question) {
  formats::inventory::Item item;
  item.row = 1;
  item.vendor = question.vendor;
  item.product = question.product;
  item.model = question.model;
  formats::inventory::add_version(item, "", question.version);
  return item;
}

bool knows(const KeptRevision& revision, KnownBy by, Timestamp at) noexcept {
  return (by == KnownBy::published ? revision.released_at : revision.received_at) <= at;
}

bool says_the_same(const Match& a, const Match& b) {
  const auto sorted = [](std::vector<std::string> all) {
    std::ranges::sort(all);
    return all;
  };
  return a.status == b.status && sorted(a.cves) == sorted(b.cves);
}

std::optional<StatusVulnerability> facts_of(const csaf::Advisory& advisory, const std::string& id, const Match& match) {
  for (const auto& vulnerability : advisory.vulnerabilities) {
    if (formats::vex::name_of(vulnerability) != id) continue;
    StatusVulnerability facts{.id = id};
    const auto is_ours = [&](const csaf::Score& score) {
      return std::ranges::any_of(score.product_ids, [&](const std::string& product) {
        return std::ranges::find(match.product_ids, product) != match.product_ids.end();
      });
    };
    const csaf::Score* best = nullptr;
    for (const auto& score : vulnerability.scores) {
      if (!is_ours(score)) continue;
      if (best == nullptr ||
          std::tuple{score.version, score.base_tenths} > std::tuple{best->version, best->base_tenths}) {
        best = &score;
      }
    }
    if (best == nullptr) best = vulnerability.headline_score();
    if (best != nullptr) {
      facts.score_tenths = best->base_tenths;
      facts.severity = best->severity;
      facts.vector = best->vector;
    }
    return facts;
  }
  return std::nullopt;
}

void add_facts(StatusEntry& entry, const csaf::Advisory& advisory) {
  for (const auto& id : entry.match.cves) {
    auto facts = facts_of(advisory, id, entry.match);
    entry.vulnerabilities.push_back(facts ? std::move(*facts) : StatusVulnerability{.id = id});
    entry.score_tenths = std::max(entry.score_tenths, entry.vulnerabilities.back().score_tenths);
  }
  std::ranges::sort(entry.vulnerabilities, [](const StatusVulnerability& a, const StatusVulnerability& b) {
    return std::tuple{-a.score_tenths.value_or(-1), std::string_view{a.id}} <
           std::tuple{-b.score_tenths.value_or(-1), std::string_view{b.id}};
  });
  std::set<std::pair<csaf::RemediationCategory, std::string>> told;
  for (const auto& vulnerability : decision_facts(advisory)) {
    if (std::ranges::find(entry.match.cves, vulnerability.id) == entry.match.cves.end()) continue;
    for (const auto& remedy : vulnerability.remedies) {
      if (!is_for(remedy, entry.match) || !told.emplace(remedy.category, remedy.details).second) continue;
      entry.remedies.push_back(remedy);
    }
  }
  std::ranges::sort(entry.remedies, [](const Remedy& a, const Remedy& b) {
    return std::pair{a.category, std::string_view{a.details}} < std::pair{b.category, std::string_view{b.details}};
  });
  if (entry.remedies.size() > kRemediesMax) entry.remedies.resize(kRemediesMax);
}

/// What is told of a record before its details are read.
struct Choice {
  Kind kind;
  const KeptRevision* revision;
  const Match* match;
};

/// The most urgent first; of those the newest.
void keep_first(std::vector<Choice>& choices) {
  std::ranges::sort(choices, [](const Choice& a, const Choice& b) {
    return std::tuple{a.match->status, -a.revision->released_at.micros, a.revision->revision} <
           std::tuple{b.match->status, -b.revision->released_at.micros, b.revision->revision};
  });
  if (choices.size() > kEntriesMax) choices.resize(kEntriesMax);
}

}  // namespace

std::string_view to_string(KnownBy known_by) noexcept {
  return known_by == KnownBy::published ? "published" : "received";
}

std::optional<KnownBy> parse_known_by(std::string_view text) noexcept {
  for (const auto each : {KnownBy::published, KnownBy::received}) {
    if (to_string(each) == text) return each;
  }
  return std::nullopt;
}

std::string_view to_string(Kind kind) noexcept {
  switch (kind) {
    case Kind::as_it_stood:
      return "as_it_stood";
    case Kind::earliest_kept:
      return "earliest_kept";
    case Kind::published:
      return "published";
    case Kind::changed:
      return "changed";
    case Kind::no_longer:
      return "no_longer";
    case Kind::withdrawn:
      return "withdrawn";
  }
  return {};
}

tocsin::Status StatusDesk::refresh(Timestamp now, bool small_only) {
  if (database_ == nullptr) return ok();
  std::unique_lock loading{loading_, std::defer_lock};
  if (!small_only) {
    loading.lock();
  } else if (!loading.try_lock()) {
    return ok();
  }
  AdvisoryHistory::Pointer known;
  {
    const std::lock_guard lock(mutex_);
    known = history_;
  }
  if (known == nullptr) {
    if (small_only) return ok();
    TRY(known, AdvisoryHistory::load(*database_, now));
  } else {
    TRY(known, AdvisoryHistory::refresh(known, *database_, now, small_only));
  }
  const std::lock_guard lock(mutex_);
  history_ = std::move(known);
  return ok();
}

Result<AdvisoryHistory::Pointer> StatusDesk::history(Timestamp now) {
  bool loaded = false;
  {
    const std::lock_guard lock(mutex_);
    loaded = history_ != nullptr;
  }
  TRY_VOID(refresh(now, loaded));
  const std::lock_guard lock(mutex_);
  return history_;
}

Result<StatusDesk::Document> StatusDesk::document(const KeptRevision& revision) {
  if (revision.advisory != nullptr) return revision.advisory;
  TOCSIN_CHECK(database_ != nullptr);
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = by_revision_.find(revision.revision.value); found != by_revision_.end()) {
      documents_.splice(documents_.begin(), documents_, found->second);
      return documents_.front().document;
    }
  }
  TRY(const auto bytes, database_->read([&](store::Connection& connection) {
    return store::Records{connection}.document(revision.record, revision.revision);
  }));
  if (!bytes) return Error::not_found("revision");
  TRY(const auto parsed, json::parse(*bytes));
  TRY(auto read, csaf::read_advisory(parsed.root()));
  auto history = std::move(read.history);
  strip(read);
  read.history = std::move(history);
  Document document = std::make_shared<const csaf::Advisory>(std::move(read));
  const std::lock_guard lock(mutex_);
  if (by_revision_.contains(revision.revision.value)) return document;
  documents_.push_front({revision.revision.value, document, bytes->size()});
  by_revision_.emplace(revision.revision.value, documents_.begin());
  bytes_ += bytes->size();
  while (bytes_ > kDocumentBytesMax && documents_.size() > 1) {
    bytes_ -= documents_.back().bytes;
    by_revision_.erase(documents_.back().revision);
    documents_.pop_back();
  }
  return document;
}

Result<StatusEntry> StatusDesk::entry(Kind kind, const KeptRevision& revision, const Match& match, Timestamp at) {
  StatusEntry entry{.kind = kind,
                    .record = revision.record,
                    .slug = revision.slug,
                    .tracking_id = revision.tracking_id,
                    .title = revision.title,
                    .version = revision.version,
                    .tlp = revision.tlp,
                    .is_current = revision.is_current,
                    .first_released_at = revision.first_released_at,
                    .released_at = revision.released_at,
                    .received_at = revision.received_at,
                    .match = match};
  TRY(const auto advisory, document(revision));
  add_facts(entry, *advisory);
  if (kind == Kind::earliest_kept) {
    for (const auto& each : advisory->history) {
      if (!each.date || *each.date > at) continue;
      if (entry.version_then_at && *each.date < *entry.version_then_at) continue;
      entry.version_then = each.number;
      entry.version_then_at = each.date;
    }
  }
  return entry;
}

Result<std::vector<AdvisoryHistory::Hit>> StatusDesk::hits(const AdvisoryHistory& all,
                                                           const domain::policy::Viewer& viewer,
                                                           const formats::inventory::Item& item, Timestamp now,
                                                           const Actor* asker) {
  auto hits = all.match(viewer, item, now);
  if (asker == nullptr || database_ == nullptr) return hits;
  TRY(const auto book,
      database_->read([&](store::Connection& connection) { return aliases_seen(connection, *asker, item); }));
  std::map<const KeptRevision*, std::size_t> place;
  for (std::size_t i = 0; i < hits.size(); ++i) place.emplace(hits[i].revision, i);
  // Of one revision the surer answer counts.
  for (const auto& reading : book.readings(viewer.organisation.value_or(domain::OrganisationId{}), item)) {
    for (auto& hit : all.match(viewer, reading.item, now)) {
      if (!tell_as_reading(hit.match, reading)) continue;
      const auto [at, is_new] = place.try_emplace(hit.revision, hits.size());
      if (is_new) {
        hits.push_back(std::move(hit));
      } else if (hit.match.confidence > hits[at->second].match.confidence) {
        hits[at->second] = std::move(hit);
      }
    }
  }
  return hits;
}

Result<StatusAnswer> StatusDesk::ask(const domain::policy::Viewer& viewer, const StatusQuestion& question,
                                     Timestamp now, const Actor* asker) {
  StatusAnswer answer;
  TRY(answer.question, tidied(question));
  TRY(answer.at, moment_of(answer.question.at, now));
  TRY(const auto all, history(now));
  TRY(const auto hits, this->hits(*all, viewer, item_of(answer.question), now, asker));
  std::map<domain::RecordId, std::map<const KeptRevision*, const Match*>> by_record;
  for (const auto& hit : hits) by_record[hit.revision->record].emplace(hit.revision, &hit.match);

  const auto by = answer.question.known_by;
  std::vector<Choice> known, since;
  for (const auto& [record, matches] : by_record) {
    const auto revisions = all->revisions(viewer, record, now);
    if (revisions.empty()) continue;
    const auto match_of = [&](const KeptRevision* revision) {
      const auto found = matches.find(revision);
      return found == matches.end() ? nullptr : found->second;
    };
    const KeptRevision* then = nullptr;
    for (const auto* each : revisions) {
      if (knows(*each, by, answer.at)) then = each;
    }
    auto kind = Kind::as_it_stood;
    if (then == nullptr && by == KnownBy::published && revisions.front()->first_released_at <= answer.at) {
      then = revisions.front();
      kind = Kind::earliest_kept;
    }
    const auto* const match_then = then == nullptr ? nullptr : match_of(then);
    if (match_then != nullptr) known.push_back({kind, then, match_then});
    const auto* const last = revisions.back();
    if (last == then) continue;
    const auto* const match_now = match_of(last);
    if (match_then == nullptr) {
      if (match_now != nullptr) since.push_back({then == nullptr ? Kind::published : Kind::changed, last, match_now});
    } else if (match_now == nullptr) {
      since.push_back({last->is_withdrawn ? Kind::withdrawn : Kind::no_longer, last, match_then});
    } else if (!says_the_same(*match_then, *match_now)) {
      since.push_back({Kind::changed, last, match_now});
    }
  }
  answer.known_total = known.size();
  answer.since_total = since.size();
  for (auto [choices, entries] : {std::pair{&known, &answer.known}, std::pair{&since, &answer.since}}) {
    keep_first(*choices);
    for (const auto& each : *choices) {
      TRY(auto made, entry(each.kind, *each.revision, *each.match, answer.at));
      entries->push_back(std::move(made));
    }
    std::ranges::sort(*entries, [](const StatusEntry& a, const StatusEntry& b) {
      return std::tuple{a.match.status, -a.score_tenths.value_or(-1), -a.released_at.micros, std::string_view{a.slug}} <
             std::tuple{b.match.status, -b.score_tenths.value_or(-1), -b.released_at.micros, std::string_view{b.slug}};
    });
  }
  return answer;
}

}  // namespace tocsin::engine::exposure
