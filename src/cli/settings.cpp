#include "cli/settings.hpp"

#include <charconv>

// The library is compiled once, in Debian's package.
#define TOML_HEADER_ONLY 0
#include <toml++/toml.h>

#include "base/check.hpp"
#include "base/text.hpp"
#include "domain/four_eyes.hpp"
#include "domain/tlp.hpp"

namespace tocsin::cli {
namespace {

constexpr std::int64_t kMebi = 1 << 20;

constexpr SettingSpec kSpecs[] = {
    {"database", SettingType::text, "", "tocsin.db",
     "Where the data is: a file (relative to this folder) or postgresql://user@host:port/name."},
    {"listen", SettingType::text, "", "127.0.0.1:8080",
     "Address and port that serve listens on. Port 0 takes a free one. Anything but loopback is reachable by others."},
    {"tls_cert", SettingType::text, "", "", "PEM file with the certificate chain; with tls_key it turns HTTPS on."},
    {"tls_key", SettingType::text, "", "", "PEM file with the private key of tls_cert."},
    {"tls_client_ca", SettingType::text, "", "",
     "PEM file with the authorities whose client certificates programs may prove themselves by, with tls_cert: "
     "browsers "
     "that have one are asked, too. Behind a proxy that ends TLS it does nothing: no header is believed."},
    {"public_url", SettingType::text, "", "",
     "How readers reach the portal, for feeds and links (https://cert.example); empty: as each request names it."},
    {"site_name", SettingType::text, "", "Tocsin",
     "Name of the portal on its pages and in its feeds. This and the settings about contact, time zone, colours and "
     "CERT "
     "can be set in the portal, too, under /admin/site; what stands here wins."},
    {"contact", SettingType::text, "", "", "Mail address or URL in the footer of every page."},
    {"time_zone", SettingType::text, "", "",
     "Time zone of dates on pages, by its IANA name (Europe/Berlin), for visitors and people who have chosen none."},
    {"language", SettingType::choice, "", "",
     "Language of mails to people who have chosen none, and of pages for browsers that ask for none of the portal's; "
     "empty: mails as the page that caused them, pages in English.",
     0, 0, "en|de|es"},
    {"accent", SettingType::text, "", "",
     "Colour of links and buttons (#0b5d70); it has to be readable on light ground."},
    {"accent_dark", SettingType::text, "", "", "The same for the dark look; empty: made from accent."},
    {"log_level", SettingType::choice, "", "info", "Least important events that are logged.", 0, 0,
     "debug|info|warn|error|off"},
    {"access_log", SettingType::boolean, "", "true", "Log each request of the portal."},
    {"trusted_proxies", SettingType::text, "", "",
     "Networks of reverse proxies in front of the portal (192.0.2.0/24, 2001:db8::1), separated by commas: from them, "
     "X-Forwarded-For says who asks. From anybody else it is ignored."},
    {"second_factor", SettingType::choice, "", "by-role",
     "Who must have a second factor: by-role (everybody but plain members), or optional (nobody must).", 0, 0,
     "by-role|optional"},
    {"four_eyes", SettingType::text, "", "",
     "Acts that a second person has to approve, separated by commas: widen_sharing, admit_organisation, grant_role "
     "(coordinator, auditor, administrator), break_glass, prune_audit, remove_record."},
    {"four_eyes_days", SettingType::integer, "days", "7", "What waits for a second person is over after this.", 1, 90},
    {"breached_passwords", SettingType::text, "", "",
     "File of breached passwords, one SHA-1 and count a line, ordered by hash, as the Pwned Passwords downloader "
     "writes it: "
     "none of them can be chosen. Nothing is asked over the network."},
    {"audit.checkpoint", SettingType::integer, "h", "24",
     "So often serve signs the end of the audit log, where anything was written since; 0: never.", 0, 8'760},
    {"audit.keep_days", SettingType::integer, "days", "0",
     "Entries of the audit log that are older go, behind a signed checkpoint; 0: they stay for ever.", 0, 36'500},
    {"audit.personal_days", SettingType::integer, "days", "0",
     "Address, agent and detail of older entries go, and the entries stay; 0: as long as the entry.", 0, 36'500},
    {"exposure.keep_days", SettingType::integer, "days", "1095",
     "What matches of inventories were stays so long after it ended, for trends and times to remediate; 0: for ever.",
     0, 36'500},
    {"exposure.sums_least", SettingType::integer, "", "5",
     "So many organisations at least stand behind each figure of what advisories affect at several "
     "(docs/decisions/0015-aggregates.md); from the next sums on; where it is raised, what was told of fewer is no "
     "longer shown.",
     3, 1'000},
    {"exposure.aliases_least", SettingType::integer, "", "5",
     "So many organisations at least contribute an alias of a vendor or product before the CERT sees it and may accept "
     "it for all (docs/decisions/0018-learnt-aliases.md).",
     3, 1'000},
    {"decay.address_days", SettingType::integer, "days", "60",
     "Lifetime of indicators of addresses (IP, MAC): after it nothing is left of their confidence (docs/stix.md). What "
     "serve finds here is in force from its start on.",
     1, 36'500},
    {"decay.url_days", SettingType::integer, "days", "120", "The same of URLs.", 1, 36'500},
    {"decay.domain_days", SettingType::integer, "days", "270", "The same of domains and mail addresses.", 1, 36'500},
    {"decay.file_days", SettingType::integer, "days", "1825", "The same of hashes of files and of certificates.", 1,
     36'500},
    {"decay.rule_days", SettingType::integer, "days", "1095", "The same of detection rules (YARA, Sigma).", 1, 36'500},
    {"decay.other_days", SettingType::integer, "days", "365", "The same of whatever else is looked for.", 1, 36'500},
    {"decay.confidence", SettingType::integer, "", "50", "Confidence of an indicator that states none.", 0, 100},
    {"decay.faded_below", SettingType::integer, "", "20",
     "An indicator of which less is left counts as faded; 0: none does.", 0, 100},
    {"break_glass.minutes", SettingType::integer, "min", "60",
     "How long a record stays open that somebody opened in an emergency (docs/policy.md).", 5, 1'440},
    {"bundle.key", SettingType::text, "", "",
     "Public key, or a file with it, that bundles have to be signed with which `tocsin bundle apply` takes in."},
    {"cert.languages", SettingType::text, "", "en",
     "Languages in which the CERT can be written to, for security.txt (en, de)."},
    {"cert.address", SettingType::text, "", "", "Postal address of the CERT, for its description after RFC 2350."},
    {"cert.time_zone", SettingType::text, "", "", "Time zone it works in (CET, UTC+1; UTC+2 in summer)."},
    {"cert.hours", SettingType::text, "", "", "When it is reached, and what is done outside these hours."},
    {"cert.constituency", SettingType::text, "", "",
     "Whom it serves, beside the sectors and countries of its organisation's profile."},
    {"cert.affiliation", SettingType::text, "", "", "Who pays for it, and which bodies it belongs to."},
    {"cert.authority", SettingType::text, "", "", "What it may demand of its constituency, and by which law."},
    {"cert.incidents", SettingType::text, "", "", "Which incidents it helps with, and how far."},
    {"cert.services", SettingType::text, "", "", "What it does in an incident: triage, coordination, resolution."},
    {"import.default_tlp", SettingType::choice, "", "AMBER+STRICT",
     "TLP label for imported documents that bear none (CSAF 2.0 allows that). Narrow on purpose: what nobody marked "
     "may "
     "have been meant for few.",
     0, 0, "CLEAR|GREEN|AMBER|AMBER+STRICT|RED"},
    {"import.document_bytes", SettingType::integer, "bytes", "67108864", "Largest document taken.", 1024, 1024 * kMebi},
    {"mail.url", SettingType::text, "", "",
     "Mail server that letters are handed to: smtp://mail.example.org:587 or smtps://mail.example.org; a path is the "
     "name said in EHLO. With public_url, invitations and links for new passwords go out by mail; empty: they are "
     "shown "
     "to whoever makes them."},
    {"mail.user", SettingType::text, "", "", "Name to sign in at the mail server with; empty: without."},
    {"mail.password", SettingType::text, "", "", "Its password. Better in a file of its own: mail.password_file."},
    {"mail.password_file", SettingType::text, "", "", "File whose first line is the password."},
    {"mail.from", SettingType::text, "", "", "Address that mails come from (tocsin@cert.example)."},
    {"mail.from_name", SettingType::text, "", "", "Name shown beside it; empty: the site's name."},
    {"mail.ca_file", SettingType::text, "", "",
     "PEM file with the authorities that may vouch for the mail server; empty: the system's."},
    {"mail.starttls_required", SettingType::boolean, "", "true",
     "Send nothing over smtp:// unless the server offers TLS. False only for a relay on this machine."},
    {"webhooks.timeout", SettingType::integer, "s", "10", "A receiver of a webhook has to answer within this.", 1, 60},
    {"webhooks.networks", SettingType::text, "", "",
     "Networks that webhooks may lead to although they are not in the public internet (10.20.0.0/16, fd00::/8), "
     "separated "
     "by commas. Loopback, private and link-local addresses are refused else, whatever a name resolves to."},
    {"webhooks.allow_http", SettingType::boolean, "", "false",
     "Webhooks may lead to http:// addresses. What is told is signed, but everybody on the way reads it."},
    {"webhooks.ca_file", SettingType::text, "", "",
     "PEM file with the authorities that may vouch for receivers of webhooks; empty: the system's."},
    {"peers.networks", SettingType::text, "", "",
     "Networks that TAXII servers may be read from although they are not in the public internet (10.20.0.0/16), "
     "separated by commas."},
    {"peers.allow_http", SettingType::boolean, "", "false",
     "TAXII servers may be read by http://. Everybody on the way reads and changes what they tell, and reads their "
     "passwords."},
    {"peers.ca_file", SettingType::text, "", "",
     "PEM file with the authorities that may vouch for TAXII servers that are read; empty: the system's."},
    {"sessions.idle", SettingType::integer, "min", "480", "Without a request, a session ends after this.", 5, 10'080},
    {"sessions.absolute", SettingType::integer, "h", "168", "A session ends after this, however busy it is.", 1, 2'160},
    {"sessions.confirm_after", SettingType::integer, "min", "10",
     "Acts that lock out or hand out access ask for a proof of who it is that is not older.", 1, 120},
    {"sessions.per_person", SettingType::integer, "", "50", "Sessions at once; beyond it the oldest ends.", 1, 1'000},
    {"tokens.per_person", SettingType::integer, "", "50", "Tokens for programs at once.", 1, 1'000},
    {"oidc.issuer", SettingType::text, "", "",
     "Address of an OpenID Connect provider by which people may sign in (https://id.example/realms/cert), exactly as "
     "it "
     "names itself; empty: by none. Register {public_url}/sign-in/oidc/callback there. Needs public_url."},
    {"oidc.client_id", SettingType::text, "", "", "Name that this portal is registered under at the provider."},
    {"oidc.client_secret", SettingType::text, "", "",
     "Secret that goes with it; empty for a public client. Better in a file: see the next."},
    {"oidc.client_secret_file", SettingType::text, "", "",
     "File whose first line is the secret (relative to this folder); wins over client_secret."},
    {"oidc.name", SettingType::text, "", "your organisation's account", "The button says: Sign in with NAME."},
    {"oidc.scopes", SettingType::text, "", "",
     "Scopes to ask for beside openid, profile and email, where the provider wants one for groups (groups)."},
    {"oidc.groups_claim", SettingType::text, "", "groups",
     "Claim that lists somebody's groups; a JSON Pointer where it begins with / (/realm_access/roles)."},
    {"oidc.groups", SettingType::text, "", "",
     "Which group gives which roles, one rule a line: GROUP = ORGANISATION: ROLE ROLE. The organisation by number, "
     "UUID "
     "or name; without roles, member. Applied at each sign-in there; who loses the group loses the role."},
    {"oidc.groups_last", SettingType::integer, "days", "30",
     "Roles by groups that no sign-in at the provider has confirmed for so long end.", 1, 3'650},
    {"oidc.unknown_people", SettingType::choice, "", "refuse",
     "Whom the provider signs in but nobody has invited: refuse, or create an account.", 0, 0, "refuse|create"},
    {"oidc.organisation", SettingType::text, "", "",
     "Organisation whose members such people become (number, UUID or name); empty: only who gets a role by a group."},
    {"oidc.second_factor", SettingType::text, "", "",
     "Values of the claims amr or acr that count as a second factor (mfa otp hwk), separated by blanks; empty: the "
     "provider's never counts, and people's own is asked for."},
    {"oidc.forwards_to", SettingType::text, "", "",
     "Origins to which the provider sends browsers on (https://login.example), separated by commas: browsers follow "
     "from our button only to those that they were told of."},
    {"oidc.networks", SettingType::text, "", "",
     "Networks in which the provider may be although they are not the public internet (10.20.0.0/16), separated by "
     "commas."},
    {"oidc.ca_file", SettingType::text, "", "",
     "PEM file with the authorities that its certificate may come from; empty: the system's."},
    {"oidc.allow_loopback", SettingType::boolean, "", "false",
     "A provider on this machine over http, to try it out; never in operation."},
    {"threads.network", SettingType::integer, "", "2", "Threads that read requests and write answers.", 1, 256},
    {"threads.workers", SettingType::integer, "", "4", "Threads that run queries.", 1, 256},
    {"threads.queue", SettingType::integer, "requests", "1024",
     "Requests that may wait for a worker; beyond it they are answered 503 at once.", 1, 1'000'000},
    {"limits.header_bytes", SettingType::integer, "bytes", "16384", "Largest request header.", 1024, kMebi},
    {"limits.body_bytes", SettingType::integer, "bytes", "67108864", "Largest request body.", 1024, 1024 * kMebi},
    {"limits.connections", SettingType::integer, "", "10000", "Connections at once.", 1, 1'000'000},
    {"limits.connections_per_address", SettingType::integer, "", "1000", "Connections at once from one address.", 1,
     1'000'000},
    {"limits.header_timeout", SettingType::integer, "s", "10",
     "From the first byte of a request to the end of its header.", 1, 3600},
    {"limits.body_timeout", SettingType::integer, "s", "60", "For the body of a request.", 1, 3600},
    {"limits.write_timeout", SettingType::integer, "s", "60", "Without progress of an answer.", 1, 3600},
    {"limits.idle_timeout", SettingType::integer, "s", "60", "Between two requests of a connection.", 1, 3600},
    {"limits.drain_timeout", SettingType::integer, "s", "30", "For running requests when the server stops.", 0, 3600},
    {"limits.cache_bytes", SettingType::integer, "bytes", "268435456", "Memory for answers that are kept ready.", 0,
     std::int64_t{64} * 1024 * kMebi},
};

const SettingSpec* find_spec(std::string_view name) {
  const auto* found = std::ranges::find(kSpecs, name, &SettingSpec::name);
  return found == std::end(kSpecs) ? nullptr : found;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\u{:04X}", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string as_toml(const SettingSpec& spec, std::string_view value) {
  return spec.type == SettingType::integer || spec.type == SettingType::boolean ? std::string{value} : quoted(value);
}

/// The setting's own spelling of a value, or why it has none. `text` as a flag or variable would give it.
Result<std::string> normal(const SettingSpec& spec, std::string_view text) {
  switch (spec.type) {
    case SettingType::text:
      if (text.find('\0') != std::string_view::npos || text::invalid_utf8_at(text) != std::string_view::npos) {
        return Error::invalid(fmt::format("{} is no text", spec.name));
      }
      return std::string{text};
    case SettingType::integer: {
      std::int64_t number = 0;
      const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (failure != std::errc{} || end != text.data() + text.size() || number < spec.min || number > spec.max) {
        return Error::invalid(fmt::format("{} takes a whole number from {} to {}{}{}", spec.name, spec.min, spec.max,
                                          spec.unit.empty() ? "" : " ", spec.unit));
      }
      return std::to_string(number);
    }
    case SettingType::boolean:
      for (const auto yes : {"true", "yes", "on", "1"}) {
        if (text::equals_ignore_case_ascii(text, yes)) return std::string{"true"};
      }
      for (const auto no : {"false", "no", "off", "0"}) {
        if (text::equals_ignore_case_ascii(text, no)) return std::string{"false"};
      }
      return Error::invalid(fmt::format("{} takes true or false", spec.name));
    case SettingType::choice: {
      if (text.empty() && spec.built_in.empty()) return std::string{};
      const auto choices = text::split(spec.choices, '|');
      // "TLP:WHITE" and its like are what people have in their fingers.
      const auto tlp = spec.name == "import.default_tlp" ? domain::parse_tlp(text) : std::nullopt;
      for (const auto choice : choices) {
        if (text::equals_ignore_case_ascii(text, choice) || (tlp && choice == domain::to_string(*tlp))) {
          return std::string{choice};
        }
      }
      return Error::invalid(fmt::format("{} takes one of {}", spec.name, fmt::join(choices, ", ")));
    }
  }
  return Error::internal("setting of no type");
}

std::string nearest(std::string_view name) {
  std::string best;
  int best_distance = 4;
  for (const auto& spec : kSpecs) {
    auto candidates = std::vector<std::string_view>{spec.name};
    // The key alone, put into the wrong table.
    if (const auto dot = spec.name.find('.'); dot != std::string_view::npos)
      candidates.push_back(spec.name.substr(dot + 1));
    const auto typed = name.substr(name.find('.') == std::string_view::npos ? 0 : name.find('.') + 1);
    for (const auto candidate : candidates) {
      for (const auto each : {name, typed}) {
        const int distance = text::edit_distance(each, candidate, 3);
        if (distance < best_distance) {
          best_distance = distance;
          best = spec.name;
        }
      }
    }
  }
  return best;
}

}  // namespace

struct SettingsReader {
  LoadedSettings loaded;

  void set(const SettingSpec& spec, std::string_view text, Origin origin, std::string where) {
    auto value = normal(spec, text);
    if (!value) {
      auto error = std::move(value).error();
      error.where = std::move(where);
      loaded.problems.push_back(std::move(error));
      return;
    }
    loaded.settings.values_.insert_or_assign(std::string{spec.name},
                                             SettingValue{std::move(value).value(), origin, std::move(where)});
  }

  void read_file(const SettingSources& sources) {
    const auto place = [&](const toml::source_region& source) {
      return fmt::format("{}:{}:{}", sources.file_name, source.begin.line, source.begin.column);
    };
    toml::table root;
    try {
      root = toml::parse(std::string_view{*sources.file}, std::string_view{sources.file_name});
    } catch (const toml::parse_error& error) {
      loaded.problems.push_back(Error::invalid(std::string{error.description()}, place(error.source())));
      return;
    }
    read_table(root, "", place);
  }

  template <class Place>
  void read_table(const toml::table& table, const std::string& prefix, const Place& place) {
    for (const auto& [key, node] : table) {
      const auto name = prefix + std::string{key.str()};
      const auto* spec = find_spec(name);
      if (spec == nullptr && prefix.empty() && node.is_table() &&
          std::ranges::any_of(kSpecs, [&](const SettingSpec& each) { return each.name.starts_with(name + "."); })) {
        read_table(*node.as_table(), name + ".", place);
        continue;
      }
      const auto where = place(key.source());
      if (spec == nullptr) {
        const auto close = nearest(name);
        loaded.problems.push_back(Error::invalid(
            close.empty() ? fmt::format("There is no setting '{}'; docs/settings.md lists them all", name)
                          : fmt::format("There is no setting '{}': did you mean {}?", name, close),
            where));
        continue;
      }
      std::string text;
      const bool right = spec->type == SettingType::integer   ? node.is_integer()
                         : spec->type == SettingType::boolean ? node.is_boolean()
                                                              : node.is_string();
      if (right && node.is_string()) text = node.as_string()->get();
      if (right && node.is_integer()) text = std::to_string(node.as_integer()->get());
      if (right && node.is_boolean()) text = node.as_boolean()->get() ? "true" : "false";
      if (right) {
        set(*spec, text, Origin::file, where);
      } else {
        loaded.problems.push_back(
            Error::invalid(fmt::format("{} takes {}", name,
                                       spec->type == SettingType::integer   ? "a whole number, without quotes"
                                       : spec->type == SettingType::boolean ? "true or false, without quotes"
                                                                            : "a text in quotes"),
                           where));
      }
    }
  }

  void check_together() {
    auto& settings = loaded.settings;
    const bool cert = !settings.text("tls_cert").empty(), key = !settings.text("tls_key").empty();
    if (cert != key) {
      loaded.problems.push_back(Error::invalid("tls_cert and tls_key belong together: give both or none",
                                               settings.value(cert ? "tls_cert" : "tls_key").where));
    }
    if (!settings.text("tls_client_ca").empty() && !cert) {
      loaded.problems.push_back(
          Error::invalid("tls_client_ca needs tls_cert and tls_key", settings.value("tls_client_ca").where));
    }
    if (!settings.text("oidc.issuer").empty() && settings.text("oidc.client_id").empty()) {
      loaded.problems.push_back(
          Error::invalid("oidc.issuer and oidc.client_id belong together", settings.value("oidc.issuer").where));
    }
    if (const auto four_eyes = domain::FourEyes::parse(settings.text("four_eyes")); !four_eyes) {
      loaded.problems.push_back(Error::invalid(four_eyes.error().message, settings.value("four_eyes").where));
    }
    const auto& url = settings.text("public_url");
    if (!url.empty() && !url.starts_with("https://") && !url.starts_with("http://")) {
      loaded.problems.push_back(
          Error::invalid("public_url starts with https:// or http://", settings.value("public_url").where));
    }
    if (!settings.text("mail.url").empty() && settings.text("mail.from").empty()) {
      loaded.problems.push_back(Error::invalid("mail.url needs mail.from, the address that mails come from",
                                               settings.value("mail.url").where));
    }
    if (!settings.text("mail.password").empty() && !settings.text("mail.password_file").empty()) {
      loaded.problems.push_back(
          Error::invalid("give mail.password or mail.password_file, not both", settings.value("mail.password").where));
    }
  }
};

std::span<const SettingSpec> setting_specs() noexcept { return kSpecs; }

std::string environment_name(std::string_view setting) {
  std::string name = "TOCSIN_";
  for (const char c : setting) {
    name += c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

std::string_view to_string(Origin origin) noexcept {
  switch (origin) {
    case Origin::built_in:
      return "built in";
    case Origin::file:
      return "file";
    case Origin::environment:
      return "environment";
    case Origin::flag:
      return "flag";
  }
  return "";
}

Settings::Settings() {
  for (const auto& spec : kSpecs)
    values_.emplace(spec.name, SettingValue{std::string{spec.built_in}, Origin::built_in, {}});
}

const SettingValue& Settings::value(std::string_view name) const {
  const auto found = values_.find(name);
  TOCSIN_CHECK(found != values_.end());
  return found->second;
}

std::int64_t Settings::integer(std::string_view name) const {
  std::int64_t number = 0;
  const auto& text = value(name).text;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

LoadedSettings load_settings(const SettingSources& sources) {
  SettingsReader reader;
  if (sources.file) reader.read_file(sources);
  for (const auto& spec : kSpecs) {
    const auto variable = environment_name(spec.name);
    const char* given = sources.environment ? sources.environment(variable.c_str()) : nullptr;
    // An empty variable is how scripts say "not set".
    if (given != nullptr && *given != '\0') reader.set(spec, given, Origin::environment, variable);
  }
  for (const auto& [name, text] : sources.flags) {
    const auto* spec = find_spec(name);
    TOCSIN_CHECK(spec != nullptr);
    auto flag = "--" + name;
    std::ranges::replace(flag, '_', '-');
    reader.set(*spec, text, Origin::flag, flag);
  }
  reader.check_together();
  return std::move(reader.loaded);
}

namespace {

/// "Text of any length" as comment lines of at most 100 columns.
std::string comment(std::string_view text) {
  std::string out;
  std::string line = "#";
  for (const auto word : text::split(text, ' ')) {
    if (line.size() + word.size() + 1 > 100) {
      out += line + "\n";
      line = "#";
    }
    line += " ";
    line += word;
  }
  return out + line + "\n";
}

std::string takes(const SettingSpec& spec) {
  switch (spec.type) {
    case SettingType::text:
      return "text";
    case SettingType::boolean:
      return "true or false";
    case SettingType::integer:
      return fmt::format("{} to {}{}{}", spec.min, spec.max, spec.unit.empty() ? "" : " ", spec.unit);
    case SettingType::choice:
      return fmt::format("{}", fmt::join(text::split(spec.choices, '|'), ", "));
  }
  return {};
}

}  // namespace

std::string settings_file(const std::map<std::string, std::string>& set) {
  std::string out =
      "# Settings of this Tocsin installation. Each stands here with its built-in value; take the # away to change "
      "it.\n"
      "# Every setting is also an environment variable (TOCSIN_LISTEN, TOCSIN_LIMITS_BODY_BYTES, ...), which wins over "
      "this\n"
      "# file. `tocsin config check --data DIR` shows what holds and why.\n";
  std::string_view table;
  for (const auto& spec : kSpecs) {
    const auto dot = spec.name.find('.');
    const auto own_table = dot == std::string_view::npos ? std::string_view{} : spec.name.substr(0, dot);
    const auto key = dot == std::string_view::npos ? spec.name : spec.name.substr(dot + 1);
    if (own_table != table) {
      out += fmt::format("\n[{}]\n", own_table);
      table = own_table;
    }
    const auto given = set.find(std::string{spec.name});
    out += "\n" + comment(fmt::format("{}{}", spec.meaning,
                                      spec.type == SettingType::text || spec.type == SettingType::boolean
                                          ? std::string{}
                                          : fmt::format(" ({})", takes(spec))));
    out += fmt::format("{}{} = {}\n", given == set.end() ? "# " : "", key,
                       as_toml(spec, given == set.end() ? spec.built_in : std::string_view{given->second}));
  }
  return out;
}

std::string settings_document() {
  std::string out =
      "# Settings\n\n"
      "<!-- Generated by `tocsin config doc`; the table is in src/cli/settings.cpp. -->\n\n"
      "`tocsin.toml` in the data folder, environment variables, and options of the command line: the later wins over "
      "the\n"
      "earlier. A key that is not in this table is an error, so that a typing mistake cannot pass for a setting.\n"
      "`tocsin config check --data DIR` shows every effective value and where it comes from.\n\n"
      "| setting | variable | takes | built in | meaning |\n| --- | --- | --- | --- | --- |\n";
  for (const auto& spec : kSpecs) {
    out += fmt::format("| `{}` | `{}` | {} | {} | {} |\n", spec.name, environment_name(spec.name), takes(spec),
                       spec.built_in.empty() ? "" : fmt::format("`{}`", spec.built_in), spec.meaning);
  }
  return out;
}

}  // namespace tocsin::cli
