#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/fetching.hpp"
#include "cli/member_lookup.hpp"
#include "cli/output.hpp"
#include "cli/peering.hpp"
#include "cli/secret_file.hpp"
#include "cli/text_table.hpp"
#include "exchange/peer_poller.hpp"
#include "portal/pages/peer_parts.hpp"

/// The command `peer`. Who may open the data folder acts as the console.
namespace tocsin::cli {
namespace {

namespace taxii = engine::taxii;
using store::PeerAuth;
using store::TaxiiPeer;
using What = PeerOptions::What;
using Cell = TextTable::Cell;

struct Work {
  store::Database& database;
  const taxii::Peers& peers;
  exchange::PeerPoller& poller;
  const PeerOptions& options;
  bool json;
  engine::Actor actor = engine::Actor::at_console();
  Timestamp now = system_clock().now();
};

Cell cell(std::string_view text) { return {.text = safe_text(text)}; }

Result<TaxiiPeer> find(const Work& work) {
  TRY(const auto all, taxii::list_peers(work.database, work.actor));
  for (const auto& each : all) {
    if (text::fold(each.name) == text::fold(work.options.peer)) return each;
  }
  for (const auto& each : all) {
    if (std::to_string(each.id) == work.options.peer) return each;
  }
  return Error::not_found("peer");
}

Result<domain::Tlp> read_tlp(const std::string& typed, const char* option) {
  const auto tlp = domain::parse_tlp(typed);
  if (!tlp) return Error::invalid(fmt::format("'{}' is no TLP label", safe_text(typed)), option);
  return *tlp;
}

Status take_credentials(const Work& work, taxii::PeerInput& into) {
  const auto& options = work.options;
  if (options.anonymous) into.auth = PeerAuth::none;
  if (options.account) {
    into.auth = PeerAuth::basic;
    into.account = *options.account;
  }
  if (options.token) into.auth = PeerAuth::bearer;
  if (options.secret_file) {
    TRY(into.secret, read_secret_file(*options.secret_file, "the password or token", "--secret-file"));
    if (into.auth == PeerAuth::none && !options.anonymous) into.auth = PeerAuth::bearer;
  }
  return ok();
}

/// What was said; the rest stays.
Status take(const Work& work, taxii::PeerInput& into) {
  const auto& options = work.options;
  if (options.kind) {
    into.kind = store::parse_peer_kind(*options.kind).value_or(store::PeerKind::taxii);
    // Servers of files say reliably what changed.
    if (into.kind != store::PeerKind::taxii) into.all_every_days = 0;
  }
  if (options.name) into.name = *options.name;
  if (options.url) into.url = *options.url;
  TRY_VOID(take_credentials(work, into));
  if (options.organisation) {
    TRY(into.owner, find_org(work.database, *options.organisation));
  }
  if (options.tlp_default) {
    TRY(into.tlp_default, read_tlp(*options.tlp_default, "--tlp-default"));
  }
  if (options.tlp_max) {
    TRY(into.tlp_max, read_tlp(*options.tlp_max, "--tlp-max"));
  }
  if (options.markings) {
    std::string lines;
    for (const auto& each : *options.markings) {
      if (each != "*") lines += each + "\n";
    }
    TRY(into.markings, taxii::read_marking_lines(lines));
  }
  if (options.trust) into.trust = store::parse_peer_trust(*options.trust).value_or(store::PeerTrust::own);
  if (options.every_minutes) into.every_minutes = *options.every_minutes;
  if (options.all_every_days) into.all_every_days = *options.all_every_days;
  return ok();
}

Status done(const Work& work, std::string_view sentence, const boost::json::object& facts) {
  if (work.json) {
    print_json(facts);
  } else {
    print(safe_text(fmt::format("{}\n", sentence)));
  }
  return ok();
}

Status list(const Work& work) {
  TRY(const auto all, taxii::list_peers(work.database, work.actor));
  TextTable table{{{.title = "ID", .right = true},
                   {.title = "NAME", .shrinks = true},
                   {.title = "KIND"},
                   {.title = "ADDRESS", .shrinks = true},
                   {.title = "STATE"},
                   {.title = "LAST SUCCESS"},
                   {.title = "STORED", .right = true},
                   {.title = "LAST PROBLEM", .shrinks = true}}};
  for (const auto& each : all) {
    if (work.json) {
      print_json(portal::pages::peer_json(each, work.now));
      continue;
    }
    table.add({cell(std::to_string(each.id)), cell(each.name), cell(store::to_string(each.kind)), cell(each.url),
               cell(taxii::to_string(taxii::health_of(each, work.now))),
               cell(each.succeeded_at ? format_minute(*each.succeeded_at) : "never"),
               cell(text::thousands(each.counts.stored)), cell(each.problem.empty() ? each.fault : each.problem)});
  }
  if (work.json) return ok();
  print(all.empty() ? "No other server is read here: 'tocsin peer add' adds one.\n"
                    : table.text(output_width(), colours()));
  return ok();
}

Status look(const Work& work) {
  taxii::PeerInput input;
  TRY_VOID(take_credentials(work, input));
  exchange::TaxiiPlace place{.url = work.options.url.value_or("")};
  if (!place.url.ends_with('/')) place.url += '/';
  if (input.secret && input.auth == PeerAuth::basic) {
    place.credentials = exchange::basic_credentials(input.account, *input.secret);
  } else if (input.secret) {
    place.credentials = exchange::bearer_credentials(*input.secret);
  }
  TRY(const auto found, work.poller.look(work.actor, place));
  TextTable table{{{.title = "API ROOT", .shrinks = true},
                   {.title = "COLLECTION", .shrinks = true},
                   {.title = "READABLE"},
                   {.title = "ADDRESS"}}};
  for (const auto& each : found) {
    if (work.json) {
      print_json({{"api_root", each.root_title},
                  {"id", each.id},
                  {"title", each.title},
                  {"description", each.description},
                  {"can_read", each.can_read},
                  {"url", each.url}});
      continue;
    }
    table.add({cell(each.root_title), cell(each.title), cell(each.can_read ? "yes" : "no"), cell(each.url)});
  }
  if (work.json) return ok();
  print(found.empty() ? "There is no collection that it shows to us.\n" : table.text(output_width(), colours()));
  return ok();
}

Status preview(const Work& work) {
  TRY(const auto peer, find(work));
  TRY(const auto seen, work.poller.preview(work.actor, peer.id));
  if (work.json) {
    print_json(portal::pages::preview_json(seen));
    return ok();
  }
  const auto line = [](std::string_view what, std::int64_t count) {
    return count == 0 ? std::string{} : fmt::format("  {:<44} {:>10}\n", what, text::thousands(count));
  };
  std::string out = fmt::format("The first {}{}:\n", text::count_of(seen.objects, "object", "objects"),
                                seen.more ? ", there are more" : "");
  out += line("new here", seen.fresh) + line("here already", seen.here);
  out += line("left out: here from elsewhere (--trust)", seen.held);
  out += line("left out: marked above the ceiling (--tlp-max)", seen.above);
  out += line("refused: damaged", seen.refused) + line("STIX 2.0, lifted", seen.lifted);
  out += line(fmt::format("without TLP, kept as TLP:{}", domain::to_string(peer.tlp_default)), seen.unmarked);
  for (const auto& [tlp, count] : seen.tlp) out += line(fmt::format("TLP:{}", domain::to_string(tlp)), count);
  for (const auto& [type, count] : seen.types) out += line(safe_text(type), count);
  for (const auto& [marking, count] : seen.other_markings) {
    out += line(fmt::format("marked {} (--marking)", safe_text(marking)), count);
  }
  for (const auto& each : seen.problems) out += fmt::format("  {}\n", safe_text(each.to_string()));
  print(out);
  return ok();
}

Status set_enabled(const Work& work, bool enabled) {
  TRY(const auto peer, find(work));
  auto input = taxii::input_of(peer);
  input.enabled = enabled;
  TRY_VOID(taxii::change_peer(work.database, work.actor, work.peers, peer.id, input, work.now));
  return done(work,
              enabled ? fmt::format("{} is read every {}, by the running server.", peer.name,
                                    text::count_of(peer.every_minutes, "minute", "minutes"))
                      : fmt::format("{} is not read any more until it is started again.", peer.name),
              {{"peer", peer.id}, {"enabled", enabled}});
}

Status read(const Work& work) {
  TRY(const auto peer, find(work));
  TRY(const auto reading, work.poller.read_now(peer.id, [&](const exchange::PeerReading& so_far) {
    if (!work.json) {
      complain(fmt::format("{}: {}, {} stored, {} here already", peer.name,
                           text::count_of(so_far.pages, "page", "pages"), text::thousands(so_far.counts.stored),
                           text::thousands(so_far.counts.unchanged)));
    }
    return true;
  }));
  for (const auto& each : reading.problems) complain(safe_text(each.to_string()));
  if (reading.failure) return *reading.failure;
  const auto& counts = reading.counts;
  return done(work,
              fmt::format("{} stored, {} here already, {} refused, {} above the ceiling, {} here from elsewhere.{}",
                          text::thousands(counts.stored), text::thousands(counts.unchanged),
                          text::thousands(counts.refused), text::thousands(counts.above), text::thousands(counts.held),
                          reading.fault.empty() ? std::string{} : fmt::format(" {}: coped with.", reading.fault)),
              {{"peer", peer.id},
               {"pages", reading.pages},
               {"stored", counts.stored},
               {"unchanged", counts.unchanged},
               {"refused", counts.refused},
               {"above", counts.above},
               {"held", counts.held},
               {"fault", reading.fault}});
}

Status work_on(const Work& work) {
  switch (work.options.what) {
    case What::list:
      return list(work);
    case What::look:
      return look(work);
    case What::add: {
      taxii::PeerInput input;
      TRY_VOID(take(work, input));
      TRY(const auto id, taxii::create_peer(work.database, work.actor, work.peers, input, work.now));
      return done(work,
                  fmt::format("Peer {} is added. See what it holds with 'tocsin peer preview', then start it.", id),
                  {{"peer", id}});
    }
    case What::change: {
      TRY(const auto peer, find(work));
      auto input = taxii::input_of(peer);
      TRY_VOID(take(work, input));
      TRY_VOID(taxii::change_peer(work.database, work.actor, work.peers, peer.id, input, work.now));
      return done(work, fmt::format("{} is changed.", input.name), {{"peer", peer.id}});
    }
    case What::start:
      return set_enabled(work, true);
    case What::pause:
      return set_enabled(work, false);
    case What::preview:
      return preview(work);
    case What::read:
      return read(work);
    case What::remove:
      break;
  }
  TRY(const auto peer, find(work));
  TRY_VOID(taxii::remove_peer(work.database, work.actor, peer.id, work.now));
  return done(work, fmt::format("{} is removed; what came from it stays.", peer.name), {{"peer", peer.id}});
}

}  // namespace

int run_peer(const CommandLine& line) {
  const auto installation = open_installation(line.location);
  if (!installation) return fail(installation.error(), line.json);
  const auto peers = open_peers(line.location, installation->settings);
  if (!peers) return fail(peers.error(), line.json);
  auto fetch = fetch_settings(line.location, installation->settings, "peers");
  if (!fetch) return fail(fetch.error(), line.json);
  exchange::PeerPoller poller{*installation->database, *peers, *std::move(fetch), system_clock()};
  const Work work{
      .database = *installation->database, .peers = *peers, .poller = poller, .options = line.peer, .json = line.json};
  if (const auto worked = work_on(work); !worked) return fail(worked.error(), line.json);
  return kGood;
}

}  // namespace tocsin::cli
