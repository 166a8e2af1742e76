#include "exchange/prepare_list.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "exchange/putting.hpp"
#include "formats/stix/versions.hpp"

namespace tocsin::exchange {
namespace {

namespace list = formats::threat_list;
namespace stix = formats::stix;
using domain::NewRevision;
using Times = list::ListObject::Times;

constexpr std::size_t kTitleBytesMax = 300;
/// Keys that one statement names.
constexpr std::size_t kAtOnce = 1'000;
constexpr std::int64_t kMillisecond = 1'000;
/// Entries that a thread takes at once, and threads.
constexpr std::size_t kPartEntries = 4'096;
constexpr unsigned kThreadsMax = 4;

/// The bytes, and all of the header that follows from them.
void set_bytes(NewRevision& revision, std::string bytes) {
  revision.version = list::time_of(bytes, "modified");
  revision.version_order = stix::version_order(revision.version, false);
  if (const auto created = parse_rfc3339(list::time_of(bytes, "created"))) revision.initial_release_at = *created;
  if (const auto modified = parse_rfc3339(revision.version)) revision.current_release_at = *modified;
  revision.sha512 = sha512_hex(bytes);
  revision.bytes = std::move(bytes);
}

std::string sentence_of(std::size_t count, std::string_view one, std::string_view many) {
  return text::count_of(static_cast<long long>(count), one, many);
}

struct Kept {
  std::string version, version_order, sha512, bytes;
  bool revoked = false;
};

Result<std::map<std::string, Kept, std::less<>>> kept_of(store::Connection& connection,
                                                         std::span<const std::string> keys,
                                                         std::span<const std::string> issuers) {
  std::map<std::string, Kept, std::less<>> found;
  store::Sql sql{
      "SELECT r.record_key, v.version, v.version_order, v.sha512, d.bytes, v.document_status FROM record r JOIN "
      "revision v ON v.id = r.current_revision_id JOIN revision_document d ON d.revision_id = v.id WHERE r.kind = ? "
      "AND r.record_key IN ",
      domain::RecordKind::stix_object};
  sql.append_list(keys).append(" AND r.issuer IN ").append_list(issuers).append(" ORDER BY r.id");
  TRY_VOID(connection.each(sql, [&](const store::Row& row) {
    found.emplace(row.string(0), Kept{.version = row.string(1),
                                      .version_order = row.string(2),
                                      .sha512 = row.string(3),
                                      .bytes = row.string(4),
                                      .revoked = row.text(5) == "revoked"});
    return ok();
  }));
  return found;
}

Result<std::set<std::string, std::less<>>> removed_of(store::Connection& connection, std::span<const std::string> keys,
                                                      std::span<const std::string> issuers) {
  std::set<std::string, std::less<>> found;
  store::Sql sql{"SELECT record_key FROM removed_document WHERE kind = ? AND record_key IN ",
                 domain::RecordKind::stix_object};
  sql.append_list(keys).append(" AND issuer IN ").append_list(issuers);
  TRY_VOID(connection.each(sql, [&](const store::Row& row) {
    found.insert(row.string(0));
    return ok();
  }));
  return found;
}

void settle_one(NewRevision& revision, Times times, const Kept& kept) {
  if (kept.revoked || list::with_times_of(revision.bytes, kept.bytes, times, true) == kept.bytes) {
    revision.version = kept.version;
    revision.version_order = kept.version_order;
    revision.sha512 = kept.sha512;
    revision.bytes = kept.bytes;
    return;
  }
  auto bytes = list::with_times_of(revision.bytes, kept.bytes, times, false);
  // A clock may go back, and two readings lie within a millisecond.
  const auto before = parse_rfc3339(list::time_of(kept.bytes, "modified"));
  const auto now = parse_rfc3339(list::time_of(bytes, "modified"));
  if (before && now && *now <= *before) bytes = list::with_modified(bytes, {before->micros + kMillisecond});
  set_bytes(revision, std::move(bytes));
}

void add(PreparedObjects& into, list::ListObject made, const std::string& name, const ImportOptions& options) {
  auto& revision = into.revisions.emplace_back();
  revision.kind = domain::RecordKind::stix_object;
  revision.key = std::move(made.id);
  revision.title = text::shorten(made.title, kTitleBytesMax);
  const auto tlp = domain::parse_tlp(made.tlp);
  revision.tlp = tlp.value_or(options.default_tlp);
  revision.owner = options.owner;
  revision.format = "stix-2.1";
  revision.labels = std::move(made.labels);
  revision.source = name;
  set_bytes(revision, std::move(made.bytes));
  into.tlp_defaulted.push_back(!tlp);
  into.times.push_back(made.times);
}

void append(PreparedObjects& into, PreparedObjects part) {
  std::ranges::move(part.revisions, std::back_inserter(into.revisions));
  into.tlp_defaulted.insert(into.tlp_defaulted.end(), part.tlp_defaulted.begin(), part.tlp_defaulted.end());
  std::ranges::copy(part.times, std::back_inserter(into.times));
}

/// What the entries become, by several threads where there is much to do: nothing is written of a list before all of it
/// is ready.
std::vector<PreparedObjects> parts_of(std::span<const list::ListEntry> entries, const list::ListSource& source,
                                      const std::string& name, const ImportOptions& options) {
  std::vector<PreparedObjects> parts((entries.size() + kPartEntries - 1) / kPartEntries);
  std::vector<std::exception_ptr> failed(parts.size());
  each_index(parts.size(), std::clamp(std::thread::hardware_concurrency(), 1U, kThreadsMax),
             [&](std::size_t at, unsigned) {
               try {
                 const auto begin = at * kPartEntries;
                 const auto some = entries.subspan(begin, std::min(kPartEntries, entries.size() - begin));
                 for (auto& each : list::entries_to_stix(some, source, options.now)) {
                   add(parts[at], std::move(each), name, options);
                 }
               } catch (...) {
                 failed[at] = std::current_exception();
               }
             });
  for (const auto& each : failed) {
    if (each) std::rethrow_exception(each);
  }
  return parts;
}

}  // namespace

Prepared prepare_list(const std::string& name, const list::ListSource& source, std::string_view bytes,
                      const ImportOptions& options) {
  Prepared prepared;
  auto read = list::read_list(bytes, {.bytes_max = static_cast<std::size_t>(options.limits.document_bytes_max)});
  if (!read) {
    auto error = std::move(read).error();
    error.where = name;
    prepared.problems.push_back(std::move(error));
    return prepared;
  }
  const auto at = [&](std::size_t line) { return fmt::format("{}:{}", name, line); };
  auto objects = std::make_shared<PreparedObjects>();
  objects->listed = static_cast<std::int64_t>(read->entries.size());
  objects->refused = static_cast<std::int64_t>(read->refused_count);
  for (auto& each : read->refused) {
    if (objects->refusals.size() < kRefusalsMax) {
      objects->refusals.push_back({.id = {}, .version = {}, .pointer = fmt::format("{}", each.line), .why = each.text});
    }
    if (prepared.problems.size() < kProblemsMax) {
      prepared.problems.push_back(Error::invalid(std::move(each.text), at(each.line)));
    }
  }
  if (read->refused_count > prepared.problems.size() && !prepared.problems.empty()) {
    prepared.problems.back() =
        Error::invalid(fmt::format("{} more cannot be read",
                                   sentence_of(read->refused_count - prepared.problems.size() + 1, "line", "lines")),
                       name);
  }
  for (auto& each : read->remarks) {
    if (prepared.warnings.size() + 1 == kProblemsMax && read->remark_count > kProblemsMax) {
      prepared.warnings.push_back(Error::invalid(
          fmt::format("{} more", sentence_of(read->remark_count - prepared.warnings.size(), "remark", "remarks")),
          name));
      break;
    }
    prepared.warnings.push_back(Error::invalid(std::move(each.text), at(each.line)));
  }
  add(*objects, list::identity_of(source, options.now), name, options);
  for (auto& each : parts_of(read->entries, source, name, options)) append(*objects, std::move(each));
  prepared.stix = std::move(objects);
  return prepared;
}

Result<std::int64_t> settle(store::Connection& connection, PreparedObjects& objects, store::Again again,
                            std::span<const std::string> given_issuers) {
  if (objects.times.empty()) return 0;
  const std::array<std::string, 1> imported{};
  const auto issuers = given_issuers.empty() ? std::span<const std::string>{imported} : given_issuers;
  std::vector<std::string> keys;
  keys.reserve(objects.revisions.size());
  for (const auto& each : objects.revisions) keys.push_back(each.key);
  std::vector<bool> out(objects.revisions.size());
  for (std::size_t begin = 0; begin < keys.size(); begin += kAtOnce) {
    const auto some = std::span{keys}.subspan(begin, std::min(kAtOnce, keys.size() - begin));
    TRY(const auto kept, kept_of(connection, some, issuers));
    TRY(const auto removed,
        again == store::Again::yes ? std::set<std::string, std::less<>>{} : removed_of(connection, some, issuers));
    for (auto i = begin; i < begin + some.size(); ++i) {
      if (objects.times[i] == Times::as_told) continue;
      if (const auto found = kept.find(keys[i]); found != kept.end()) {
        settle_one(objects.revisions[i], objects.times[i], found->second);
      } else {
        out[i] = removed.contains(keys[i]);
      }
    }
  }
  std::size_t at = 0;
  return leave_out(objects, [&](const NewRevision&) { return out[at++]; });
}

}  // namespace tocsin::exchange
