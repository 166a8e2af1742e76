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

boost::json::array strings_json(const std::vector<std::string>& all) {
  boost::json::array array;
  for (const auto& each : all) array.emplace_back(each);
  return array;
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

Result<exchange::Program> read_program(const std::string& file) {
  if (file == "this") return exchange::own_program();
  TRY(auto bytes, read_file(file, exchange::kProgramBytesMax, "cannot be read"));
  if (bytes.size() > exchange::kProgramBytesMax) {
    return Error::too_large("The program", exchange::kProgramBytesMax, file);
  }
  auto program = exchange::read_program(std::move(bytes));
  if (!program) return in_file(file, program.error());
  return program;
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
  for (const auto& each : options.programs) {
    TRY(auto program, read_program(each));
    request.programs.push_back(std::move(program));
  }
  TRY(const auto made, exchange::create_bundle(database, engine::Actor::at_console(), request, key, system_clock()));
  if (line.json) {
    auto object = link_json(made.link);
    object["previous"] = made.previous ? boost::json::value(link_json(*made.previous)) : boost::json::value(nullptr);
    object["advisories"] = made.advisories;
    object["known_before"] = made.known;
    object["withdrawn"] = made.withdrawn;
    object["kev"] = made.kev;
    object["epss"] = made.epss;
    object["aliases"] = made.aliases;
    object["own_aliases"] = made.own_aliases;
    object["bytes"] = made.bytes;
    object["content_bytes"] = made.content_bytes;
    if (!made.decision_table.empty()) object["decision_table"] = made.decision_table;
    object["programs"] = strings_json(made.programs);
    object["public_key"] = key.public_key();
    print_json(object);
    return kGood;
  }
  print(fmt::format(
      "Bundle {}{}: {}{}{}, {} known to be exploited, {} with EPSS{}{}{}; {} bytes for {}.\nPublic key: {}\n",
      made.link.sequence, made.previous ? fmt::format(" since {}", made.previous->sequence) : "",
      text::count_of(made.advisories, "advisory", "advisories"),
      made.known > 0 ? fmt::format(" (and {} that are there already)", text::thousands(made.known)) : "",
      made.withdrawn > 0 ? fmt::format(", {} taken back", text::thousands(made.withdrawn)) : "",
      text::thousands(made.kev), text::thousands(made.epss),
      made.decision_table.empty() ? "" : fmt::format(", the decision table {}", safe_text(made.decision_table)),
      made.aliases + made.own_aliases == 0
          ? ""
          : ", " + text::count_of(made.aliases + made.own_aliases, "learnt name", "learnt names"),
      made.programs.empty() ? "" : fmt::format(", Tocsin for {}", fmt::join(made.programs, ", ")),
      text::thousands(static_cast<long long>(made.bytes)), text::thousands(static_cast<long long>(made.content_bytes)),
      key.public_key()));
  return kGood;
}

std::string_view table_word(exchange::BundleApplied::Table table) {
  using Table = exchange::BundleApplied::Table;
  switch (table) {
    case Table::none:
      return "none";
    case Table::taken:
      return "taken";
    case Table::same:
      return "in_use";
    case Table::kept:
      return "not_taken";
    case Table::offered:
      return "for_match";
  }
  return "none";
}

std::string_view table_in_words(exchange::BundleApplied::Table table) {
  using Table = exchange::BundleApplied::Table;
  switch (table) {
    case Table::taken:
      return "from now on it decides here";
    case Table::same:
      return "it decides here already";
    case Table::kept:
      return "another one was chosen here, which stays";
    case Table::none:
    case Table::offered:
      return "`tocsin match --bundle` decides by it";
  }
  return "";
}

Result<int> verify(const CommandLine& line) {
  TRY(const auto key, read_public_key(line.bundle.key));
  TRY(const auto bundle, open_bundle(line.bundle.file, key));
  std::vector<std::string> programs;
  TRY_VOID(bundle.each([&](const exchange::BundleEntry& entry, const std::string&) {
    if (entry.kind == exchange::bundle_kind::kProgram) programs.push_back(entry.name);
    return ok();
  }));
  const auto& manifest = bundle.manifest();
  if (line.json) {
    auto object = link_json(bundle.link());
    object["previous"] =
        manifest.previous ? boost::json::value(link_json(*manifest.previous)) : boost::json::value(nullptr);
    object["created"] = format_rfc3339(manifest.created);
    object["issuer"] = manifest.issuer;
    object["recipient"] = manifest.recipient;
    object["format"] = manifest.format;
    object["entries"] = manifest.entries.size();
    object["withdrawn"] = manifest.withdrawn.size();
    object["programs"] = strings_json(programs);
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
  if (!manifest.withdrawn.empty()) {
    print(fmt::format("It takes back {}.\n",
                      text::count_of(static_cast<long long>(manifest.withdrawn.size()), "advisory", "advisories")));
  }
  for (const auto& each : programs) {
    print(fmt::format("It brings {}: `tocsin bundle program` takes it out.\n", safe_text(each)));
  }
  return kGood;
}

Result<int> program(const CommandLine& line) {
  const auto& options = line.bundle;
  TRY(const auto key, read_public_key(options.key));
  TRY(const auto bundle, open_bundle(options.file, key));
  const auto taken = exchange::take_program(bundle, options.machine, options.out);
  if (!taken) {
    auto error = taken.error();
    if (error.code == Error::Code::not_found && options.machine.empty()) {
      error.message += ". --machine NAME takes out the one for another machine";
    }
    return error;
  }
  if (line.json) {
    print_json(
        {{"file", options.out}, {"machine", taken->machine}, {"bytes", taken->bytes}, {"sha512", taken->sha512}});
    return kGood;
  }
  print(fmt::format("Tocsin for {}, {} bytes, as bundle {} of {} brings it: {}\nSHA-512: {}\n", taken->machine,
                    text::thousands(static_cast<long long>(taken->bytes)), bundle.manifest().sequence,
                    safe_text(bundle.manifest().issuer), safe_text(options.out), taken->sha512));
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
    object["withdrawn"] = applied.withdrawn;
    object["kept"] = applied.kept;
    object["history"] = applied.history;
    object["conflicting"] = applied.conflicting;
    object["marked"] = applied.marked;
    object["evidence"] = strings_json(applied.evidence);
    if (!applied.decision_table.empty()) {
      object["decision_table"] = applied.decision_table;
      object["decision_table_is"] = table_word(applied.table);
    }
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
  if (applied.withdrawn > 0) {
    print(fmt::format("{} taken back by who made the bundle: gone.\n",
                      text::count_of(applied.withdrawn, "advisory was", "advisories were")));
  }
  if (applied.kept > 0) {
    print(fmt::format("{} taken back as well, and stay: they are here from elsewhere too.\n",
                      text::count_of(applied.kept, "advisory was", "advisories were")));
  }
  for (const auto& each : applied.evidence) print(each + ".\n");
  if (!applied.decision_table.empty()) {
    print(fmt::format("The decision table {} came along: {}.\n", safe_text(applied.decision_table),
                      table_in_words(applied.table)));
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
  const auto done = line.bundle.what == BundleOptions::What::create    ? create(line)
                    : line.bundle.what == BundleOptions::What::verify  ? verify(line)
                    : line.bundle.what == BundleOptions::What::program ? program(line)
                                                                       : apply(line);
  return done ? *done : fail(done.error(), line.json);
}

}  // namespace tocsin::cli
