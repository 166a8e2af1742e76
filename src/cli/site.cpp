#include "cli/site.hpp"

#include <CLI/CLI.hpp>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/one_document.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "formats/image/image.hpp"

namespace tocsin::cli {
namespace {

namespace site = engine::site;

constexpr std::size_t kTextWidth = 80;

Result<site::Site> load(const Installation& installation) {
  return installation.database->read(
      [&](store::Connection& connection) { return site::load(connection, fixed_site(installation.settings)); });
}

std::string origin_of(const site::Site& now, std::string_view name) {
  if (const auto where = now.fixed.where.find(name); where != now.fixed.where.end()) return where->second;
  return now.text(name) == site::find_field(name)->built_in ? "built in" : "database";
}

void show(const site::Site& now, bool as_json) {
  TextTable table{
      {{.title = "SETTING"}, {.title = "VALUE", .width_max = kTextWidth, .shrinks = true}, {.title = "FROM"}}};
  const auto row = [&](std::string_view name, const std::string& value, const std::string& origin) {
    if (as_json) {
      print_json(boost::json::object{{"setting", name}, {"value", value}, {"origin", origin}});
    } else {
      table.add({{.text = std::string{name}}, {.text = safe_text(text::squeeze(value))}, {.text = origin}});
    }
  };
  for (const auto& field : site::fields()) row(field.name, now.text(field.name), origin_of(now, field.name));
  row("logo", now.logo ? now.logo->media_type + " " + now.logo->digest.substr(0, 16) : std::string{},
      now.logo ? "database" : "built in");
  if (!as_json) print(table.text(output_width(), colours()));
}

Status set(const Installation& installation, const SiteOptions& options) {
  site::Values wanted;
  for (const auto& each : options.set) {
    const auto equals = each.find('=');
    if (equals == std::string::npos) return Error::invalid("Write NAME=VALUE, such as site_name='Grid CERT'", each);
    if (!wanted.emplace(each.substr(0, equals), each.substr(equals + 1)).second) {
      return Error::invalid("This was said twice", each.substr(0, equals));
    }
  }
  if (wanted.empty() && options.logo.empty()) return Error::invalid("Say what to set: NAME=VALUE, or --logo FILE");
  const auto actor = engine::Actor::at_console();
  const auto now = system_clock().now();
  auto& database = *installation.database;
  // Read first: what cannot be read changes nothing.
  std::string bytes;
  if (!options.logo.empty() && options.logo != "none") {
    TRY(bytes, read_file(options.logo, formats::image::kBytesMax, "Cannot read the logo"));
    if (auto image = formats::image::read_image(bytes); !image) {
      auto error = std::move(image).error();
      error.where = options.logo;
      return error;
    }
  }
  if (!wanted.empty()) TRY_VOID(site::change(database, actor, wanted, fixed_site(installation.settings), {}, now));
  if (options.logo == "none") return site::remove_logo(database, actor, now);
  return bytes.empty() ? ok() : site::set_logo(database, actor, bytes, now);
}

}  // namespace

void add_site_commands(CLI::App& group, SiteOptions& into,
                       const std::function<void(CLI::App* command, bool sets, const char* examples)>& prepare) {
  group.set_help_flag("-h,--help", "This text");
  group.require_subcommand(1);
  group.footer(
      "Examples:\n  tocsin site show --data /srv/tocsin\n"
      "  tocsin site set --data /srv/tocsin site_name='Grid CERT' time_zone=Europe/Berlin --logo logo.svg\n"
      "Administrators do the same in the portal under /admin/site. What tocsin.toml sets wins.");
  prepare(group.add_subcommand("show", "Show what holds, and where it comes from"), false,
          "  tocsin site show --data /srv/tocsin");
  auto* sub = group.add_subcommand("set", "Set name, contact, time zone, colours, the CERT's description, logo");
  prepare(sub, true,
          "  tocsin site set --data /srv/tocsin site_name='Grid CERT' accent=#0b5d70\n"
          "  tocsin site set --data /srv/tocsin cert.hours='Mo-Fr 8-17' contact=\n"
          "  tocsin site set --data /srv/tocsin --logo logo.svg\n"
          "An empty value means what is built in.");
  sub->add_option("values", into.set, "NAME=VALUE; site show lists the names")->type_name("NAME=VALUE");
  sub->add_option("--logo", into.logo, "SVG, PNG, JPEG or WebP file; none takes the logo away")->type_name("FILE|none");
}

engine::site::Fixed fixed_site(const Settings& settings) {
  site::Fixed fixed;
  for (const auto& field : site::fields()) {
    const auto& value = settings.value(field.name);
    if (value.origin == Origin::built_in) continue;
    fixed.values[std::string{field.name}] = value.text;
    fixed.where[std::string{field.name}] = value.where;
  }
  return fixed;
}

int run_site(const CommandLine& line) {
  const auto installation = open_installation(line.location);
  if (!installation) return fail(installation.error(), line.json);
  if (line.command == Command::site_set) {
    if (const auto done = set(*installation, line.site); !done) return fail(done.error(), line.json);
  }
  const auto now = load(*installation);
  if (!now) return fail(now.error(), line.json);
  show(*now, line.json);
  return kGood;
}

}  // namespace tocsin::cli
