#include "exchange/bundle.hpp"

#include <charconv>
#include <filesystem>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "cli/bundle_key.hpp"
#include "cli/commands.hpp"
#include "cli/member_lookup.hpp"
#include "cli/one_document.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "cli/site.hpp"
#include "cli/text_table.hpp"

/// The command `bundle`.
namespace tocsin::cli {

namespace {

constexpr std::string_view kKeyFile = "bundle.key";
constexpr std::size_t kKeyBytesMax = 4096;
constexpr std::size_t kTableBytesMax = std::size_t{16} << 20;

Result<exchange::Bundle> open_bundle(const std::string& path, std::string_view public_key) {
  TRY(auto bytes, exchange::read_bundle_file(path));
  auto bundle = exchange::Bundle::open(std::move(bytes), public_key);
  if (!bundle) return in_file(path, bundle.error());
  return bundle;
}

boost::json::object link_json(const exchange::BundleLink& link) {
  return {{"sequence", link.sequence}, {"digest", link.digest}};
}

/// Of which earlier bundle only what differs is wanted.
Status read_since(const std::string& typed, const SigningKey& key, exchange::BundleRequest& request) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(typed.data(), typed.data() + typed.size(), number);
  if (failure == std::errc{} && end == typed.data() + typed.size() && number > 0) {
    request.since = number;
    return ok();
  }
  TRY(const auto bundle, open_bundle(typed, key.public_key()));
  request.since = bundle.manifest().sequence;
  request.since_digest = bundle.digest();
  return ok();
}

Result<int> create(const CommandLine& line) {
  const auto& options = line.bundle;
  TRY(const auto installation, open_installation(line.location));
  auto& database = *installation.database;
  const auto key_path =
      options.key.empty() ? std::filesystem::path{line.location.folder} / kKeyFile : std::filesystem::path{options.key};
  TRY(const auto key, SigningKey::open_or_create(key_path));
  exchange::BundleRequest request;
  request.path = options.file;
  TRY(const auto site, database.read([&](store::Connection& connection) {
    return engine::site::load(connection, fixed_site(installation.settings));
  }));
  request.issuer = site.text("site_name");
  if (!options.recipient.empty()) {
    TRY(const auto organisation, find_org(database, options.recipient));
    request.recipient = organisation;
  }
  if (!options.since.empty()) TRY_VOID(read_since(options.since, key, request));
  if (!options.decision_table.empty()) {
    TRY(request.decision_table, read_file(options.decision_table, kTableBytesMax, "cannot be read"));
  }
  TRY(const auto made, exchange::create_bundle(database, engine::Actor::at_console(), request, key, system_clock()));
  if (line.json) {
    auto object = link_json(made.link);
    object["previous"] = made.previous ? boost::json::value(link_json(*made.previous)) : boost::json::value(nullptr);
    object["advisories"] = made.advisories;
    object["known_before"] = made.known;
    object["kev"] = made.kev;
    object["epss"] = made.epss;
    object["bytes"] = made.bytes;
    object["content_bytes"] = made.content_bytes;
    object["public_key"] = key.public_key();
    print_json(object);
    return kGood;
  }
  print(fmt::format("Bundle {}{}: {}{}, {} known to be exploited, {} with EPSS; {} bytes for {}.\nPublic key: {}\n",
                    made.link.sequence, made.previous ? fmt::format(" since {}", made.previous->sequence) : "",
                    text::count_of(made.advisories, "advisory", "advisories"),
                    made.known > 0 ? fmt::format(" (and {} that are there already)", text::thousands(made.known)) : "",
                    text::thousands(made.kev), text::thousands(made.epss),
                    text::thousands(static_cast<long long>(made.bytes)),
                    text::thousands(static_cast<long long>(made.content_bytes)), key.public_key()));
  return kGood;
}

Result<int> verify(const CommandLine& line) {
  TRY(const auto key, read_public_key(line.bundle.key));
  TRY(const auto bundle, open_bundle(line.bundle.file, key));
  TRY_VOID(bundle.each([](const exchange::BundleEntry&, const std::string&) { return ok(); }));
  const auto& manifest = bundle.manifest();
  if (line.json) {
    auto object = link_json(bundle.link());
    object["previous"] =
        manifest.previous ? boost::json::value(link_json(*manifest.previous)) : boost::json::value(nullptr);
    object["created"] = format_rfc3339(manifest.created);
    object["issuer"] = manifest.issuer;
    object["recipient"] = manifest.recipient;
    object["entries"] = manifest.entries.size();
    object["key_id"] = bundle.key_id();
    print_json(object);
    return kGood;
  }
  print(fmt::format("The bundle is whole and signed with {}.\nNumber {}, {}, made {} by {} for {}: {}.\n",
                    bundle.key_id(), manifest.sequence,
                    manifest.previous ? fmt::format("follows {}", manifest.previous->sequence) : "holds everything",
                    format_minute(manifest.created), safe_text(manifest.issuer),
                    manifest.recipient.empty() ? "everyone" : safe_text(manifest.recipient),
                    text::count_of(static_cast<long long>(manifest.entries.size()), "entry", "entries")));
  return kGood;
}

Result<int> apply(const CommandLine& line) {
  TRY(const auto installation, open_installation(line.location));
  const auto typed = line.bundle.key.empty() ? installation.settings.text("bundle.key") : line.bundle.key;
  if (typed.empty()) {
    return Error::invalid(
        "Whose bundles are taken in? Give the public key with --key, or set key under [bundle] in "
        "tocsin.toml",
        "--key");
  }
  TRY(const auto key, read_public_key(typed));
  TRY(const auto bundle, open_bundle(line.bundle.file, key));
  TRY(const auto applied,
      exchange::apply_bundle(*installation.database, engine::Actor::at_console(), bundle, system_clock()));
  if (line.json) {
    auto object = link_json(bundle.link());
    object["already"] = applied.already;
    object["new"] = applied.created;
    object["updated"] = applied.updated;
    object["unchanged"] = applied.unchanged;
    object["removed"] = applied.removed;
    object["history"] = applied.history;
    object["conflicting"] = applied.conflicting;
    object["marked"] = applied.marked;
    boost::json::array evidence;
    for (const auto& each : applied.evidence) evidence.emplace_back(each);
    object["evidence"] = std::move(evidence);
    if (!applied.decision_table.empty()) object["decision_table"] = applied.decision_table;
    print_json(object);
    return kGood;
  }
  if (applied.already) {
    print(fmt::format("Bundle {} was taken in before; nothing changed.\n", bundle.manifest().sequence));
    return kGood;
  }
  print(fmt::format(
      "Bundle {} of {}: {} new, {} updated, {} unchanged, {} as history, {} conflicting, {} marked anew.\n",
      bundle.manifest().sequence, safe_text(bundle.manifest().issuer), text::thousands(applied.created),
      text::thousands(applied.updated), text::thousands(applied.unchanged), text::thousands(applied.history),
      text::thousands(applied.conflicting), text::thousands(applied.marked)));
  for (const auto& each : applied.evidence) print(each + ".\n");
  if (!applied.decision_table.empty()) {
    print(fmt::format("The decision table {} came along: `tocsin match --bundle` decides by it.\n",
                      safe_text(applied.decision_table)));
  }
  return kGood;
}

}  // namespace

Result<std::string> read_public_key(const std::string& key_or_file) {
  if (signing_key_id(key_or_file)) return key_or_file;
  TRY(const auto bytes,
      read_file(key_or_file, kKeyBytesMax, "is neither a public key (43 characters) nor a file with one"));
  std::string key{text::trim(bytes)};
  if (!signing_key_id(key)) {
    return Error::invalid("The file holds no public key, which is one line of 43 characters", key_or_file);
  }
  return key;
}

int run_bundle(const CommandLine& line) {
  const auto done = line.bundle.what == BundleOptions::What::create   ? create(line)
                    : line.bundle.what == BundleOptions::What::verify ? verify(line)
                                                                      : apply(line);
  return done ? *done : fail(done.error(), line.json);
}

}  // namespace tocsin::cli
