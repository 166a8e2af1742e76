#include "engine/audit/checkpoint.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/audit/trail.hpp"
#include "engine/guard/second_person.hpp"

namespace tocsin::engine::audit {
namespace {

constexpr std::size_t kCheckpointBytesMax = 4'096;
constexpr std::int64_t kMicrosADay = std::int64_t{86'400} * 1'000'000;

store::AuditCheckpoint signed_checkpoint(std::int64_t sequence, std::string hash, const SigningKey& key,
                                         Timestamp now) {
  store::AuditCheckpoint made{.sequence = sequence, .at = now, .hash = std::move(hash), .key_id = key.key_id()};
  made.signature = key.sign(statement_of(made));
  return made;
}

Status refuse_damaged(const VerifyReport& report, std::int64_t through) {
  const auto found = std::ranges::find_if(report.findings, [&](const auto& each) { return each.sequence <= through; });
  if (found == report.findings.end()) return ok();
  return Error::conflict(tr<"The log is damaged where it would be cut, and nothing was removed: {}">(found->text));
}

/// The checkpoint at the cut, where none is there yet.
Status sign_cut(store::Audit& log, std::int64_t through, const SigningKey& key, Timestamp now) {
  TRY(const auto all, log.checkpoints());
  if (std::ranges::find(all, through, &store::AuditCheckpoint::sequence) != all.end()) return ok();
  TRY(const auto rows, log.after(through - 1, 1));
  if (rows.empty()) return Error::internal("The entry at the cut is gone");
  return log.add_checkpoint(signed_checkpoint(through, rows[0].hash, key, now));
}

}  // namespace

Result<store::AuditCheckpoint> checkpoint(store::Database& database, const Actor& actor, const SigningKey& key,
                                          Timestamp now) {
  return database.write([&](store::Connection& connection) { return checkpoint_in(connection, actor, key, now); });
}

Result<store::AuditCheckpoint> checkpoint_in(store::Connection& connection, const Actor& actor, const SigningKey& key,
                                             Timestamp now) {
  TRY_VOID(record(connection, actor, now, "audit.checkpoint"));
  store::Audit log{connection};
  TRY(auto end, log.newest_link());
  auto made = signed_checkpoint(end.sequence, std::move(end.hash), key, now);
  TRY_VOID(log.add_checkpoint(made));
  return made;
}

std::string checkpoint_line(const store::AuditCheckpoint& checkpoint, std::string_view public_key) {
  boost::json::object object;
  object.emplace("sequence", checkpoint.sequence);
  object.emplace("at", format_rfc3339(checkpoint.at));
  object.emplace("hash", checkpoint.hash);
  object.emplace("key_id", checkpoint.key_id);
  object.emplace("signature", checkpoint.signature);
  object.emplace("public_key", public_key);
  return json::write(object);
}

Result<store::AuditCheckpoint> parse_checkpoint(std::string_view line) {
  TRY(const auto parsed, json::parse(line, {.bytes_max = kCheckpointBytesMax, .depth_max = 1}));
  const auto& root = parsed.root();
  const auto* sequence = json::find(root, "sequence");
  if (sequence == nullptr || !sequence->is_int64() || sequence->get_int64() < 1) {
    return Error::invalid(std::string{tr<"a checkpoint has the number of an entry as 'sequence'">()}, "/sequence");
  }
  TRY(const auto at, parse_rfc3339(json::string_at(root, "at")));
  store::AuditCheckpoint made{.sequence = sequence->get_int64(), .at = at};
  for (const auto& [name, member] :
       {std::pair{"hash", &made.hash}, {"key_id", &made.key_id}, {"signature", &made.signature}}) {
    *member = json::string_at(root, name);
    if (member->empty()) return Error::invalid(tr<"a checkpoint has '{}', as it was printed">(name));
  }
  return made;
}

namespace {

Result<Pruned> cut(store::Connection& connection, const Actor& actor, std::int64_t through, const SigningKey& key,
                   const VerifyReport& report, Timestamp now, bool even_damaged, boost::json::object detail) {
  store::Audit log{connection};
  if (!even_damaged) TRY_VOID(refuse_damaged(report, through));
  TRY_VOID(sign_cut(log, through, key, now));
  TRY(const auto removed, log.remove_through(through));
  detail.emplace("removed", removed);
  TRY_VOID(record(connection, actor, now, "audit.prune", object_of("audit", through), {}, domain::audit::Outcome::done,
                  detail));
  return Pruned{.removed = removed, .through = through};
}

Result<std::string> hash_of(store::Connection& connection, std::int64_t sequence) {
  TRY(const auto rows, store::Audit{connection}.after(sequence - 1, 1));
  if (rows.empty() || rows[0].entry.sequence != sequence) {
    return Error::conflict(std::string{tr<"The entries were removed by now">()});
  }
  return rows[0].hash;
}

}  // namespace

Result<Pruned> prune(store::Database& database, const Actor& actor, int keep_days, const SigningKey& key,
                     const Trust& trust, Timestamp now, bool even_damaged) {
  if (keep_days < 1 || keep_days > kKeepDaysMax) {
    return Error::invalid(tr<"the log is kept for 1 to {} days">(text::thousands(kKeepDaysMax)));
  }
  // Before the transaction, for it may take its time and everybody who writes waits for that one.
  TRY(const auto report, database.snapshot([&](store::Connection& connection) { return verify(connection, trust); }));
  return guard::with_second_person(database, actor, now, [&](std::optional<guard::Proposal>& proposal) {
    return database.write([&](store::Connection& connection) -> Result<Pruned> {
      TRY_VOID(connection.lock_changes());
      const Timestamp before{now.micros - keep_days * kMicrosADay};
      TRY(const auto through, store::Audit{connection}.last_before(before));
      if (through == 0) return Pruned{};
      if (guard::wants_second(actor, domain::Act::prune_audit)) {
        if (!even_damaged) TRY_VOID(refuse_damaged(report, through));
        if (even_damaged)
          return Error::conflict(std::string{tr<"What is damaged is evidence, and is not removed by two either">()});
        proposal = {.act = domain::Act::prune_audit,
                    .object = object_of("audit", through),
                    .owner = domain::kOwnOrganisation,
                    .parameters = {{"through", through}},
                    .difference = {fmt::format("Removes the entries up to number {}, written before {}.", through,
                                               format_minute(before))},
                    .basis = {}};
        TRY(proposal->basis, hash_of(connection, through));
        return guard::waits();
      }
      return cut(connection, actor, through, key, report, now, even_damaged, {{"keep_days", keep_days}});
    });
  });
}

Result<Pruned> prune_through(store::Connection& connection, const Actor& actor, std::int64_t through,
                             std::string_view basis, const SigningKey& key, const VerifyReport& report, Timestamp now) {
  TRY(const auto hash, hash_of(connection, through));
  if (hash != basis)
    return Error::conflict(std::string{tr<"The entries are others by now than when it was asked for">()});
  return cut(connection, actor, through, key, report, now, false, {});
}

}  // namespace tocsin::engine::audit
