#include "engine/audit/verify.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/secret.hpp"
#include "base/text.hpp"

namespace tocsin::engine::audit {
namespace {

using store::AuditCheckpoint;
using store::AuditRow;

constexpr int kRowsAPage = 500;
/// How far an entry is looked for that stands in another's place, and for how many of them.
constexpr std::int64_t kMovedMax = 100;
constexpr int kMovedSearchesMax = 20;

class Walk {
 public:
  Walk(store::Connection& connection, const Trust& trust, const VerifyProgress& progress)
      : connection_(connection), log_(connection), trust_(trust), progress_(progress) {}

  Result<VerifyReport> run() {
    TRY_VOID(read_checkpoints());
    TRY(const auto total, log_.count({}));
    for (std::int64_t last = std::numeric_limits<std::int64_t>::min();;) {
      TRY(const auto page, log_.after(last, kRowsAPage));
      for (const auto& row : page) entry(row);
      if (page.size() < static_cast<std::size_t>(kRowsAPage)) break;
      last = page.back().entry.sequence;
      if (progress_) progress_(static_cast<std::uint64_t>(report_.entries), static_cast<std::uint64_t>(total));
    }
    cut();
    TRY_VOID(end());
    std::ranges::sort(report_.findings, {}, [](const Finding& each) { return std::pair{each.sequence, each.damage}; });
    return std::move(report_);
  }

 private:
  void found(Damage damage, std::int64_t sequence, std::string text) {
    ++report_.damages;
    if (report_.findings.size() < kFindingsMax) report_.findings.push_back({damage, sequence, std::move(text)});
  }

  Status read_checkpoints() {
    std::map<std::string, std::string> keys;
    for (const auto& each : trust_.public_keys) {
      TRY(auto id, signing_key_id(each));
      keys.emplace(std::move(id), each);
    }
    TRY(auto all, log_.checkpoints());
    report_.checkpoints = static_cast<std::int64_t>(all.size());
    all.insert(all.end(), trust_.checkpoints.begin(), trust_.checkpoints.end());
    for (auto& each : all) {
      const auto key = keys.find(each.key_id);
      if (key == keys.end()) {
        found(
            Damage::unknown_key, each.sequence,
            fmt::format("The checkpoint at entry {} is signed by the key '{}', which is none that was given: give its "
                        "public part, if it is known",
                        each.sequence, each.key_id.substr(0, 64)));
      } else if (!verify_signature(key->second, statement_of(each), each.signature)) {
        found(Damage::bad_signature, each.sequence,
              fmt::format("The checkpoint at entry {} was changed, or was never signed by the key '{}'", each.sequence,
                          each.key_id));
      } else {
        checkpoints_.emplace(each.sequence, std::move(each));
      }
    }
    return ok();
  }

  void entry(const AuditRow& row) {
    const auto sequence = row.entry.sequence;
    const bool first = report_.entries++ == 0;
    if (first) {
      report_.first = sequence;
      first_previous_hash_ = row.previous_hash;
    }
    report_.last = sequence;
    if (row.entry.action == "audit.prune") prunes_.insert(row.entry.object);
    if (sequence < 1) {
      found(Damage::altered, sequence, fmt::format("There is an entry {}, and numbers begin with 1", sequence));
    }
    if (!first && sequence != last_ + 1) missing(last_ + 1, sequence - 1);
    const bool whole = contents(row);
    personal(row);
    // What is said about an altered entry covers its links; behind a gap there is nothing to compare with.
    const bool follows = !first && sequence == last_ + 1 && whole && last_whole_;
    if (follows && row.previous_hash != last_hash_) {
      found(Damage::wrong_link, sequence,
            fmt::format("Entry {} does not follow on entry {} as it is now: that one was rewritten, or this one",
                        sequence, last_));
    }
    if (first && sequence == 1 && row.previous_hash != store::AuditLink{}.hash) {
      found(Damage::wrong_link, sequence, "Entry 1 names an entry before it, and there never was one");
    }
    const auto [begin, end] = checkpoints_.equal_range(sequence);
    for (auto each = begin; each != end; ++each) {
      if (each->second.hash == row.hash) continue;
      found(Damage::checkpoint_differs, sequence,
            fmt::format("Entry {} is not the one that was signed at {}", sequence, format_rfc3339(each->second.at)));
    }
    last_ = sequence;
    last_hash_ = row.hash;
    last_whole_ = whole;
  }

  bool contents(const AuditRow& row) {
    const auto sequence = row.entry.sequence;
    if (domain::audit::chain_hash(row.previous_hash, row.entry, row.personal_hash) == row.hash) return true;
    if (const auto was = place_of(row)) {
      found(Damage::reordered, sequence,
            fmt::format("What stands as entry {} was written as entry {}: entries were swapped or copied", sequence,
                        *was));
    } else {
      found(Damage::altered, sequence,
            fmt::format("Entry {} was altered: it does not have the hash of what it says", sequence));
    }
    return false;
  }

  /// The number that this entry was written under, where it is not far away.
  std::optional<std::int64_t> place_of(const AuditRow& row) {
    if (++moved_searches_ > kMovedSearchesMax) return std::nullopt;
    auto entry = row.entry;
    const auto begin = row.entry.sequence <= kMovedMax ? 1 : row.entry.sequence - kMovedMax;
    const auto to_end = std::numeric_limits<std::int64_t>::max() - kMovedMax;
    const auto end = std::min(row.entry.sequence, to_end) + kMovedMax;
    for (entry.sequence = begin; entry.sequence < end; ++entry.sequence) {
      if (domain::audit::chain_hash(row.previous_hash, entry, row.personal_hash) == row.hash) return entry.sequence;
    }
    return std::nullopt;
  }

  void personal(const AuditRow& row) {
    if (row.personal_erased) {
      ++report_.erased;
    } else if (domain::audit::personal_hash(row.salt, row.entry.personal) != row.personal_hash) {
      found(Damage::personal_altered, row.entry.sequence,
            fmt::format("Address, agent or detail of entry {} were altered", row.entry.sequence));
    }
  }

  void missing(std::int64_t from, std::int64_t to, std::string_view why = {}) {
    const auto what =
        from == to ? fmt::format("Entry {} is missing", from) : fmt::format("Entries {} to {} are missing", from, to);
    found(Damage::removed, from, what + std::string{why});
  }

  /// Retention removes from the beginning, and signs where it stopped.
  void cut() {
    if (report_.entries == 0 || report_.first <= 1) return;
    const auto through = report_.first - 1;
    const auto [begin, end] = checkpoints_.equal_range(through);
    if (begin == end) {
      missing(1, through, ", and no signed checkpoint says that retention removed them");
      return;
    }
    if (std::none_of(begin, end, [&](const auto& each) { return each.second.hash == first_previous_hash_; })) {
      found(Damage::checkpoint_differs, report_.first,
            fmt::format("Entry {} does not follow on entry {} as that one was signed", report_.first, through));
    }
    if (!prunes_.contains(fmt::format("audit:{}", through))) {
      found(Damage::unrecorded_cut, through,
            fmt::format("Entries 1 to {} are missing, and no entry says that retention removed them", through));
    }
  }

  /// Nothing follows the last entry that could miss it, so what else knows of later ones is asked.
  Status end() {
    std::int64_t known = report_.last;
    std::string why;
    if (!checkpoints_.empty() && checkpoints_.rbegin()->first > known) {
      known = checkpoints_.rbegin()->first;
      why = fmt::format(" at the end: entry {} was signed at {}", known,
                        format_rfc3339(checkpoints_.rbegin()->second.at));
    }
    const auto number = [](const store::Row& row) { return row.integer(0); };
    TRY(const auto personal,
        connection_.first(store::Sql{"SELECT coalesce(max(sequence), 0) FROM audit_personal"}, number));
    if (personal.value_or(0) > known) {
      known = *personal;
      why = " at the end: personal parts of theirs are still there";
    }
    if (connection_.dialect() == store::Dialect::sqlite) {
      // SQLite notes the highest number that the table ever had.
      TRY(const auto given,
          connection_.first(store::Sql{"SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'audit'"},
                            number));
      if (given.value_or(0) > known) {
        known = *given;
        why = " at the end: the database still knows that there were so many";
      }
    }
    if (known > report_.last) missing(report_.last + 1, known, why);
    return ok();
  }

  store::Connection& connection_;
  store::Audit log_;
  const Trust& trust_;
  const VerifyProgress& progress_;
  VerifyReport report_;
  std::multimap<std::int64_t, AuditCheckpoint> checkpoints_;  // Whose signature is good.
  std::set<std::string> prunes_;                              // Objects of "audit.prune".
  std::string first_previous_hash_, last_hash_;
  std::int64_t last_ = 0;
  bool last_whole_ = true;
  int moved_searches_ = 0;
};

}  // namespace

std::string statement_of(const AuditCheckpoint& checkpoint) {
  return fmt::format("tocsin audit checkpoint v1\n{}\n{}\n{}", checkpoint.sequence, format_rfc3339(checkpoint.at),
                     checkpoint.hash);
}

std::string_view to_string(Damage damage) noexcept {
  switch (damage) {
    case Damage::altered:
      return "altered";
    case Damage::personal_altered:
      return "personal-altered";
    case Damage::removed:
      return "removed";
    case Damage::reordered:
      return "reordered";
    case Damage::wrong_link:
      return "wrong-link";
    case Damage::bad_signature:
      return "bad-signature";
    case Damage::unknown_key:
      return "unknown-key";
    case Damage::checkpoint_differs:
      return "checkpoint-differs";
    case Damage::unrecorded_cut:
      break;
  }
  return "unrecorded-cut";
}

Result<VerifyReport> verify(store::Connection& connection, const Trust& trust, const VerifyProgress& progress) {
  return Walk{connection, trust, progress}.run();
}

}  // namespace tocsin::engine::audit
