#include "engine/taxii/peers.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/audit/trail.hpp"
#include "engine/members/input.hpp"
#include "store/organisations.hpp"

namespace tocsin::engine::taxii {
namespace {

using domain::Permission;
using store::PeerAuth;
using store::PeerKind;
using store::TaxiiPeer;
using store::TaxiiPeers;

constexpr std::size_t kAccountBytesMax = 200, kPeerSecretBytesMax = 4'000;
constexpr std::string_view kMarkingType = "marking-definition--";

std::string context_of(std::string_view uuid) { return "taxii-peer:" + std::string{uuid}; }
std::string object_of(std::int64_t id) { return audit::object_of("taxii-peer", id); }

/// The form of the address; which hosts may be reached is judged when it is connected to (exchange/fetch.hpp).
Result<std::string> read_url(std::string_view typed, PeerKind kind, bool allow_http) {
  TRY(auto url, members::one_line(typed, "url", 1, kPeerUrlBytesMax));
  const auto lower = text::lower_ascii(url);
  if (!lower.starts_with("https://") && !(allow_http && lower.starts_with("http://"))) {
    return Error::invalid(allow_http ? std::string{tr<"the address must begin with https:// or http://">()}
                                     : std::string{tr<"the address must begin with https://">()},
                          "url");
  }
  const bool clean = std::ranges::all_of(url, [](char c) { return c > 0x20 && c < 0x7F && c != '\\' && c != '#'; });
  const auto host = std::string_view{url}.substr(url.find("//") + 2);
  if (!clean || host.empty() || host.front() == '/' || host.front() == ':') {
    return Error::invalid(
        std::string{tr<"that is no address of a web server: blanks, '#' and other letters must be encoded">()}, "url");
  }
  const bool is_document = kind == PeerKind::news || kind == PeerKind::list;
  if (!is_document && url.find('?') != url.npos) {
    return Error::invalid(
        std::string{tr<"that is no address of a collection: blanks, '#', '?' and other letters have no place in it">()},
        "url");
  }
  if (host.substr(0, host.find('/')).find('@') != std::string_view::npos) {
    return Error::invalid(std::string{tr<"no name or password belongs into the address: there are fields for them">()},
                          "url");
  }
  if (is_document) return url;
  // Whoever copied the address of the manifest means the feed.
  constexpr std::string_view kManifest = "/manifest.json";
  if (kind == PeerKind::misp && url.ends_with(kManifest)) url.resize(url.size() - kManifest.size() + 1);
  if (!url.ends_with('/')) url += '/';
  if (kind == PeerKind::misp) return url;
  // Clients ask for .../objects/ below it: whoever copied that address means the collection.
  constexpr std::string_view kObjects = "/objects/";
  if (url.ends_with(kObjects)) url.resize(url.size() - kObjects.size() + 1);
  return url;
}

Status check_number(std::int64_t value, std::int64_t least, std::int64_t most, const char* field) {
  if (value >= least && value <= most) return ok();
  return Error::invalid(tr<"a number from {} to {} is wanted">(least, most), field);
}

/// Everything but the secret. Errors: invalid_input.
Result<TaxiiPeer> read_input(const PeerInput& input, const PeerOptions& options) {
  TaxiiPeer peer;
  TRY(peer.name, members::one_line(input.name, "name", 1, members::kNameBytesMax));
  peer.kind = input.kind;
  TRY(peer.url, read_url(input.url, input.kind, options.allow_http));
  peer.auth = input.auth;
  if (input.auth == PeerAuth::basic) {
    TRY(peer.account, members::one_line(input.account, "account", 1, kAccountBytesMax));
    if (peer.account.find(':') != std::string::npos) {
      return Error::invalid(std::string{tr<"a name without a colon is wanted">()}, "account");
    }
  }
  if (input.secret && (input.secret->size() > kPeerSecretBytesMax ||
                       std::ranges::any_of(*input.secret, [](char c) { return c >= 0 && c < 0x20; }))) {
    return Error::invalid(tr<"at most {} characters, none of them a control character">(kPeerSecretBytesMax), "secret");
  }
  TRY_VOID(check_number(input.every_minutes, 1, kEveryMinutesMost, "every_minutes"));
  TRY_VOID(check_number(input.all_every_days, 0, kAllEveryDaysMost, "all_every_days"));
  if (input.tlp_default > input.tlp_max) {
    return Error::invalid(
        std::string{tr<"what bears no marking would be above the ceiling, so that nothing of it is taken">()},
        "tlp_default");
  }
  peer.owner = input.owner;
  peer.tlp_default = input.tlp_default;
  peer.tlp_max = input.tlp_max;
  peer.markings = write_markings(input.markings);
  TRY_VOID(read_markings(peer.markings));
  peer.trust = input.trust;
  peer.every_minutes = input.every_minutes;
  peer.all_every_days = input.all_every_days;
  peer.enabled = input.enabled;
  return peer;
}

Status check_secret(const TaxiiPeer& peer) {
  if (peer.auth == PeerAuth::none || !peer.secret.empty()) return ok();
  return Error::invalid(std::string{tr<"a password or token is wanted">()}, "secret");
}

Status check_owner(store::Connection& connection, domain::OrganisationId owner) {
  TRY(const auto found, store::Organisations{connection}.find(owner));
  if (found && found->status == domain::OrganisationStatus::active) return ok();
  return Error::invalid(std::string{tr<"there is no such active organisation">()}, "owner");
}

Status name_taken(Status status) {
  if (status || status.error().code != Error::Code::conflict) return status;
  return Error::conflict(std::string{tr<"another one has this name">()}, "name");
}

Status note(store::Connection& connection, const Actor& actor, Timestamp now, audit::Action action,
            const TaxiiPeer& peer, const boost::json::object& detail = {}) {
  TRY_VOID(audit::record(connection, actor, now, action, object_of(peer.id), {}, domain::audit::Outcome::done, detail));
  return ok();
}

boost::json::object audited(const TaxiiPeer& peer) {
  return {{"name", peer.name},
          {"kind", store::to_string(peer.kind)},
          {"url", peer.url},
          {"owner", peer.owner.value},
          {"tlp_default", domain::to_string(peer.tlp_default)},
          {"tlp_max", domain::to_string(peer.tlp_max)},
          {"trust", store::to_string(peer.trust)},
          {"enabled", peer.enabled}};
}

Result<TaxiiPeer> existing(store::Connection& connection, std::int64_t id) {
  TRY(auto found, TaxiiPeers{connection}.find(id));
  if (!found) return Error::not_found("peer");
  return *std::move(found);
}

}  // namespace

std::string Peers::seal(std::string_view uuid, std::string_view secret) const {
  return key_.seal(secret, context_of(uuid));
}
Result<Secret> Peers::open(std::string_view uuid, std::string_view sealed) const {
  return key_.open(sealed, context_of(uuid));
}

PeerInput input_of(const TaxiiPeer& peer) {
  auto markings = read_markings(peer.markings);
  return {.name = peer.name,
          .kind = peer.kind,
          .url = peer.url,
          .auth = peer.auth,
          .account = peer.account,
          .secret = {},
          .owner = peer.owner,
          .tlp_default = peer.tlp_default,
          .tlp_max = peer.tlp_max,
          .markings = markings ? *std::move(markings) : Markings{},
          .trust = peer.trust,
          .every_minutes = peer.every_minutes,
          .all_every_days = peer.all_every_days,
          .enabled = peer.enabled};
}

std::string write_markings(const Markings& markings) {
  boost::json::object out;
  for (const auto& [id, tlp] : markings) out[id] = domain::slug(tlp);
  return json::write(out);
}

Result<Markings> read_markings(std::string_view json) {
  TRY(const auto parsed, json::parse(json));
  const auto bad = [](std::string message) { return Error::invalid(std::move(message), "markings"); };
  if (!parsed.root().is_object()) return bad(std::string{tr<"an object is wanted here">()});
  Markings out;
  for (const auto& each : parsed.root().get_object()) {
    const std::string_view id{each.key()};
    if (!id.starts_with(kMarkingType) || members::well_formed_uuid(id.substr(kMarkingType.size())).empty()) {
      return bad(tr<"'{}' is no identifier of a marking definition">(text::shorten(id, 80)));
    }
    const auto tlp = each.value().is_string() ? domain::parse_tlp(each.value().get_string()) : std::nullopt;
    if (!tlp) return bad(tr<"no label of TLP is given for {}">(text::shorten(id, 80)));
    out.emplace(id, *tlp);
  }
  if (out.size() > kMarkingsMax) return bad(tr<"at most {} can stand here">(kMarkingsMax));
  return out;
}

Result<Markings> read_marking_lines(std::string_view text) {
  Markings out;
  for (const auto line : text::split(text, '\n')) {
    const auto trimmed = text::trim(line);
    if (trimmed.empty()) continue;
    const auto equals = trimmed.find('=');
    const auto id = text::lower_ascii(text::trim(trimmed.substr(0, equals)));
    const auto tlp =
        equals == std::string_view::npos ? std::nullopt : domain::parse_tlp(text::trim(trimmed.substr(equals + 1)));
    if (!tlp) {
      return Error::invalid(tr<"'{}' is not 'identifier = label of TLP'">(text::shorten(trimmed, 120)), "markings");
    }
    out.insert_or_assign(id, *tlp);
  }
  return read_markings(write_markings(out));
}

std::string marking_lines(const Markings& markings) {
  std::string out;
  for (const auto& [id, tlp] : markings) out += fmt::format("{} = {}\n", id, domain::to_string(tlp));
  return out;
}

Result<std::int64_t> create_peer(store::Database& database, const Actor& actor, const Peers& peers,
                                 const PeerInput& input, Timestamp now) {
  TRY_VOID(actor.require(Permission::administer));
  TRY(auto peer, read_input(input, peers.options()));
  peer.uuid = random_uuid();
  if (peer.auth != PeerAuth::none && input.secret) peer.secret = peers.seal(peer.uuid, *input.secret);
  TRY_VOID(check_secret(peer));
  peer.created_at = peer.next_run_at = now;
  peer.position.page_limit = kPageLimitFirst;
  std::int64_t id = 0;
  TRY_VOID(name_taken(database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(check_owner(connection, peer.owner));
    TRY(id, TaxiiPeers{connection}.add(peer));
    peer.id = id;
    return note(connection, actor, now, "taxii.peer", peer, audited(peer));
  })));
  return id;
}

Status change_peer(store::Database& database, const Actor& actor, const Peers& peers, std::int64_t id,
                   const PeerInput& input, Timestamp now) {
  TRY_VOID(actor.require(Permission::administer));
  TRY(auto after, read_input(input, peers.options()));
  return name_taken(database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(check_owner(connection, after.owner));
    TRY(const auto before, existing(connection, id));
    if (after.kind != before.kind) {
      return Error::invalid(std::string{tr<"what is read stays of its kind: add another one">()}, "kind");
    }
    after.id = before.id;
    after.uuid = before.uuid;
    const auto host = [](std::string_view url) { return url.substr(0, url.find('/', url.find("//") + 2)); };
    if (after.auth == PeerAuth::none) {
      after.secret.clear();
    } else if (input.secret) {
      after.secret = peers.seal(after.uuid, *input.secret);
    } else if (host(after.url) == host(before.url)) {
      after.secret = before.secret;
    }
    // A secret is never sent to another server than it was given for.
    TRY_VOID(check_secret(after));
    after.created_at = before.created_at;
    const bool anew = after.url != before.url || after.owner != before.owner || after.tlp_max != before.tlp_max ||
                      after.tlp_default != before.tlp_default || after.markings != before.markings ||
                      after.trust != before.trust;
    after.position = before.position;
    if (anew) after.position = {.page_limit = kPageLimitFirst};
    after.next_run_at = now;
    TRY_VOID(TaxiiPeers{connection}.update(after));
    return note(connection, actor, now, "taxii.peer", after, audited(after));
  }));
}

Status remove_peer(store::Database& database, const Actor& actor, std::int64_t id, Timestamp now) {
  TRY_VOID(actor.require(Permission::administer));
  return database.write([&](store::Connection& connection) -> Status {
    TRY(const auto peer, existing(connection, id));
    TRY_VOID(TaxiiPeers{connection}.remove(id));
    return note(connection, actor, now, "taxii.peer-remove", peer, {{"name", peer.name}, {"url", peer.url}});
  });
}

Status ask_for_peer(store::Database& database, const Actor& actor, std::int64_t id, Timestamp now) {
  TRY_VOID(actor.require(Permission::administer));
  return database.write([&](store::Connection& connection) -> Status {
    TRY(const auto peer, existing(connection, id));
    if (!peer.enabled) return Error::conflict(std::string{tr<"It is not read at present: start it first">()}, "peer");
    TRY_VOID(TaxiiPeers{connection}.ask_for(id, now));
    return note(connection, actor, now, "taxii.peer-run", peer);
  });
}

Result<std::vector<TaxiiPeer>> list_peers(store::Database& database, const Actor& actor) {
  TRY_VOID(actor.require(Permission::administer));
  TRY(auto peers, database.read([](store::Connection& connection) { return TaxiiPeers{connection}.list(); }));
  for (auto& each : peers) each.secret.clear();
  return peers;
}

Result<TaxiiPeer> find_peer(store::Database& database, const Actor& actor, std::int64_t id) {
  TRY_VOID(actor.require(Permission::administer));
  TRY(auto peer, database.read([&](store::Connection& connection) { return existing(connection, id); }));
  peer.secret.clear();
  return peer;
}

PeerHealth health_of(const TaxiiPeer& peer, Timestamp now) noexcept {
  if (peer.busy_until > now) return PeerHealth::reading;
  if (!peer.enabled) return PeerHealth::paused;
  if (peer.failures > 0) return PeerHealth::failing;
  return peer.succeeded_at ? PeerHealth::well : PeerHealth::waits_for_first;
}

std::string_view to_string(PeerHealth health) noexcept {
  switch (health) {
    case PeerHealth::paused:
      return "paused";
    case PeerHealth::waits_for_first:
      return "waits for its first reading";
    case PeerHealth::reading:
      return "is being read";
    case PeerHealth::well:
      return "well";
    case PeerHealth::failing:
      break;
  }
  return "failing";
}

Result<PeerTotals> peer_totals(store::Database& database) {
  TRY(const auto peers, database.read([](store::Connection& connection) { return TaxiiPeers{connection}.list(); }));
  PeerTotals totals;
  for (const auto& each : peers) {
    if (!each.enabled) continue;
    ++totals.enabled;
    if (each.failures > 0) ++totals.failing;
    const auto success = each.succeeded_at.value_or(each.created_at);
    totals.oldest_success = totals.oldest_success ? std::min(*totals.oldest_success, success) : success;
  }
  return totals;
}

std::string source_of(const TaxiiPeer& peer) { return fmt::format("{}:{}", store::to_string(peer.kind), peer.uuid); }

}  // namespace tocsin::engine::taxii
