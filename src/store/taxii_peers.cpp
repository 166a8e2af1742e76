#include "store/taxii_peers.hpp"

#include <algorithm>
#include <span>

#include "base/text.hpp"
#include "domain/record.hpp"

namespace tocsin::store {
namespace {

constexpr std::string_view kKinds[] = {"taxii", "news", "misp", "list"};
constexpr std::string_view kAuths[] = {"none", "basic", "bearer"};
constexpr std::string_view kTrusts[] = {"own", "all"};
/// Keys that one statement names.
constexpr std::size_t kAtOnce = 1'000;

#define TOCSIN_PEER_COLUMNS                                                                                         \
  "id, uuid, name, url, auth, account, secret, owner_id, tlp_default, tlp_max, markings, trust, every_minutes, "    \
  "all_every_days, enabled, created_at, added_after, next, reached, page_limit, reading_all_since, read_all_at, "   \
  "busy_until, next_run_at, failures, problem, fault, succeeded_at, failed_at, stored, unchanged, refused, above, " \
  "held, kind, etag, last_modified"

template <class Enum>
std::optional<Enum> parsed(std::string_view text, std::span<const std::string_view> names) noexcept {
  const auto found = std::ranges::find(names, text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

TaxiiPeer peer_of(const Row& row) {
  return {.id = row.integer(0),
          .kind = parse_peer_kind(row.text(34)).value_or(PeerKind::taxii),
          .uuid = row.string(1),
          .name = row.string(2),
          .url = row.string(3),
          .auth = parse_peer_auth(row.text(4)).value_or(PeerAuth::none),
          .account = row.string(5),
          .secret = row.string(6),
          .owner = {row.integer(7)},
          .tlp_default = static_cast<domain::Tlp>(row.integer(8)),
          .tlp_max = static_cast<domain::Tlp>(row.integer(9)),
          .markings = row.string(10),
          .trust = parse_peer_trust(row.text(11)).value_or(PeerTrust::own),
          .every_minutes = row.integer(12),
          .all_every_days = row.integer(13),
          .enabled = row.integer(14) != 0,
          .created_at = row.time(15),
          .position = {.added_after = row.string(16),
                       .next = row.string(17),
                       .reached = row.string(18),
                       .page_limit = row.integer(19),
                       .reading_all_since = row.optional_time(20),
                       .read_all_at = row.optional_time(21),
                       .etag = row.string(35),
                       .last_modified = row.string(36)},
          .busy_until = row.time(22),
          .next_run_at = row.time(23),
          .failures = row.integer(24),
          .problem = row.string(25),
          .fault = row.string(26),
          .succeeded_at = row.optional_time(27),
          .failed_at = row.optional_time(28),
          .counts = {.stored = row.integer(29),
                     .unchanged = row.integer(30),
                     .refused = row.integer(31),
                     .above = row.integer(32),
                     .held = row.integer(33)}};
}

void append_position(Sql& sql, const PeerPosition& position) {
  sql.append(
      "added_after = ?, next = ?, reached = ?, page_limit = ?, reading_all_since = ?, read_all_at = ?, etag = ?, "
      "last_modified = ?",
      position.added_after, position.next, position.reached, position.page_limit, position.reading_all_since,
      position.read_all_at, position.etag, position.last_modified);
}

}  // namespace

std::string_view to_string(PeerKind kind) noexcept { return kKinds[static_cast<std::size_t>(kind)]; }
std::optional<PeerKind> parse_peer_kind(std::string_view text) noexcept { return parsed<PeerKind>(text, kKinds); }
std::string_view to_string(PeerAuth auth) noexcept { return kAuths[static_cast<std::size_t>(auth)]; }
std::optional<PeerAuth> parse_peer_auth(std::string_view text) noexcept { return parsed<PeerAuth>(text, kAuths); }
std::string_view to_string(PeerTrust trust) noexcept { return kTrusts[static_cast<std::size_t>(trust)]; }
std::optional<PeerTrust> parse_peer_trust(std::string_view text) noexcept { return parsed<PeerTrust>(text, kTrusts); }

Result<std::int64_t> TaxiiPeers::add(const TaxiiPeer& peer) {
  TRY(const auto id,
      connection_.first(
          Sql{"INSERT INTO taxii_peer (uuid, name, folded_name, url, auth, account, secret, owner_id, tlp_default, "
              "tlp_max, markings, trust, every_minutes, all_every_days, enabled, created_at, added_after, next, "
              "reached, page_limit, busy_until, next_run_at, failures, problem, fault, stored, unchanged, refused, "
              "above, held, kind, etag, last_modified) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', "
              "'', ?, 0, ?, 0, '', '', 0, 0, 0, 0, 0, ?, '', '') RETURNING id",
              peer.uuid,
              peer.name,
              text::fold(peer.name),
              peer.url,
              to_string(peer.auth),
              peer.account,
              peer.secret,
              peer.owner,
              peer.tlp_default,
              peer.tlp_max,
              peer.markings,
              to_string(peer.trust),
              peer.every_minutes,
              peer.all_every_days,
              peer.enabled,
              peer.created_at,
              peer.position.page_limit,
              peer.next_run_at,
              to_string(peer.kind)},
          [](const Row& row) { return row.integer(0); }));
  return id.value_or(0);
}

Result<std::optional<TaxiiPeer>> TaxiiPeers::find(std::int64_t id) {
  return connection_.first(Sql{"SELECT " TOCSIN_PEER_COLUMNS " FROM taxii_peer WHERE id = ?", id}, peer_of);
}

Result<std::optional<TaxiiPeer>> TaxiiPeers::find_by_name(std::string_view name) {
  return connection_.first(
      Sql{"SELECT " TOCSIN_PEER_COLUMNS " FROM taxii_peer WHERE folded_name = ?", text::fold(name)}, peer_of);
}

Result<std::vector<TaxiiPeer>> TaxiiPeers::list() {
  return connection_.all(Sql{"SELECT " TOCSIN_PEER_COLUMNS " FROM taxii_peer ORDER BY folded_name"}, peer_of);
}

Status TaxiiPeers::update(const TaxiiPeer& peer) {
  Sql sql{
      "UPDATE taxii_peer SET name = ?, folded_name = ?, url = ?, auth = ?, account = ?, secret = ?, owner_id = ?, "
      "tlp_default = ?, tlp_max = ?, markings = ?, trust = ?, every_minutes = ?, all_every_days = ?, enabled = ?, ",
      peer.name,
      text::fold(peer.name),
      peer.url,
      to_string(peer.auth),
      peer.account,
      peer.secret,
      peer.owner,
      peer.tlp_default,
      peer.tlp_max,
      peer.markings,
      to_string(peer.trust),
      peer.every_minutes,
      peer.all_every_days,
      peer.enabled};
  append_position(sql, peer.position);
  sql.append(", busy_until = 0, next_run_at = ?, failures = ?, problem = ?, fault = ? WHERE id = ?", peer.next_run_at,
             peer.failures, peer.problem, peer.fault, peer.id);
  TRY_VOID(connection_.run(sql));
  return ok();
}

Status TaxiiPeers::remove(std::int64_t id) {
  TRY_VOID(connection_.run(Sql{"DELETE FROM taxii_peer_event WHERE peer_id = ?", id}));
  TRY_VOID(connection_.run(Sql{"DELETE FROM taxii_peer WHERE id = ?", id}));
  return ok();
}

Status TaxiiPeers::ask_for(std::int64_t id, Timestamp when) {
  TRY_VOID(connection_.run(Sql{"UPDATE taxii_peer SET next_run_at = ? WHERE id = ?", when, id}));
  return ok();
}

Result<std::optional<TaxiiPeer>> TaxiiPeers::due(Timestamp now) {
  return connection_.first(
      Sql{"SELECT " TOCSIN_PEER_COLUMNS " FROM taxii_peer WHERE enabled = 1 AND busy_until <= ? AND next_run_at <= ? "
          "ORDER BY next_run_at, id LIMIT 1",
          now, now},
      peer_of);
}

Result<std::int64_t> TaxiiPeers::lease(const TaxiiPeer& peer, Timestamp until) {
  return connection_.run(Sql{"UPDATE taxii_peer SET busy_until = ? WHERE id = ? AND busy_until = ? AND next_run_at = ?",
                             until, peer.id, peer.busy_until, peer.next_run_at});
}

Result<std::int64_t> TaxiiPeers::note_page(const TaxiiPeer& peer, const PeerCounts& more, Timestamp until) {
  Sql sql{"UPDATE taxii_peer SET "};
  append_position(sql, peer.position);
  sql.append(
      ", stored = stored + ?, unchanged = unchanged + ?, refused = refused + ?, above = above + ?, held = held + ?, "
      "problem = ?, fault = ?, busy_until = ? WHERE id = ? AND busy_until = ?",
      more.stored, more.unchanged, more.refused, more.above, more.held, peer.problem, peer.fault, until, peer.id,
      peer.busy_until);
  return connection_.run(sql);
}

Result<std::int64_t> TaxiiPeers::release(const TaxiiPeer& peer) {
  Sql sql{"UPDATE taxii_peer SET "};
  append_position(sql, peer.position);
  sql.append(
      ", failures = ?, problem = ?, fault = ?, succeeded_at = ?, failed_at = ?, next_run_at = ?, busy_until = 0 WHERE "
      "id = ? AND busy_until = ?",
      peer.failures, peer.problem, peer.fault, peer.succeeded_at, peer.failed_at, peer.next_run_at, peer.id,
      peer.busy_until);
  return connection_.run(sql);
}

Result<std::vector<PeerEvent>> TaxiiPeers::events(std::int64_t id) {
  return connection_.all(
      Sql{"SELECT event_uuid, told_at, read_at FROM taxii_peer_event WHERE peer_id = ? ORDER BY event_uuid", id},
      [](const Row& row) {
        return PeerEvent{.uuid = row.string(0), .told_at = row.integer(1), .read_at = row.time(2)};
      });
}

Status TaxiiPeers::note_event(std::int64_t id, const PeerEvent& event) {
  TRY_VOID(connection_.run(
      Sql{"INSERT INTO taxii_peer_event (peer_id, event_uuid, told_at, read_at) VALUES (?, ?, ?, ?) ON CONFLICT "
          "(peer_id, event_uuid) DO UPDATE SET told_at = excluded.told_at, read_at = excluded.read_at",
          id, event.uuid, event.told_at, event.read_at}));
  return ok();
}

Result<std::vector<std::string>> TaxiiPeers::texts_of(Sql (*begin)(), const std::vector<std::string>& keys,
                                                      const Sql& end) {
  std::vector<std::string> found;
  const std::span all{keys};
  for (std::size_t at = 0; at < keys.size(); at += kAtOnce) {
    auto sql = begin();
    sql.append_list(all.subspan(at, std::min(kAtOnce, keys.size() - at)));
    sql.append(end);
    TRY_VOID(connection_.each(sql, [&](const Row& row) -> Status {
      found.push_back(row.string(0));
      return ok();
    }));
  }
  std::ranges::sort(found);
  return found;
}

Result<std::vector<std::string>> TaxiiPeers::from_elsewhere(const std::vector<std::string>& keys,
                                                            std::string_view source) {
  return texts_of(
      [] {
        return Sql{"SELECT r.record_key FROM record r WHERE r.kind = ? AND r.issuer = '' AND r.record_key IN ",
                   domain::RecordKind::stix_object};
      },
      keys, Sql{" AND EXISTS (SELECT 1 FROM revision v WHERE v.record_id = r.id AND v.source <> ?)", source});
}

Result<std::vector<std::string>> TaxiiPeers::revisions_of(const std::vector<std::string>& keys) {
  return texts_of(
      [] {
        return Sql{
            "SELECT v.sha512 FROM record r JOIN revision v ON v.record_id = r.id WHERE r.kind = ? AND r.issuer "
            "= '' AND r.record_key IN ",
            domain::RecordKind::stix_object};
      },
      keys, Sql{});
}

}  // namespace tocsin::store
