#include "cli/member_options.hpp"

#include <CLI/CLI.hpp>

namespace tocsin::cli {
namespace {

/// One of the group's commands.
CLI::App* add(CLI::App& group, MemberOptions& into, const PrepareCommand& prepare, MemberAction action,
              const char* name, const char* meaning, const char* examples) {
  auto* sub = group.add_subcommand(name, meaning);
  prepare(sub, examples);
  sub->preparse_callback([&into, action](std::size_t) { into.action = action; });
  return sub;
}

void begin(CLI::App& group, const char* examples) {
  group.set_help_flag("-h,--help", "This text");
  group.require_subcommand(1);
  group.footer(std::string{"Examples:\n"} + examples);
}

void target(CLI::App* sub, MemberOptions& into, const char* type, const char* meaning) {
  sub->add_option("target", into.target, meaning)->type_name(type)->required();
}

void paging(CLI::App* sub, MemberOptions& into) {
  sub->add_option("--text", into.text, "Part of the name")->type_name("TEXT");
  sub->add_option("--limit", into.limit, "Most rows shown")->type_name("1..200")->capture_default_str();
  sub->add_option("--cursor", into.cursor, "Where the last page ended")->type_name("CURSOR");
}

/// A list that, where it is given, replaces what was there; an empty text empties it.
void list(CLI::App* sub, const char* option, std::optional<std::vector<std::string>>& into, const char* type,
          const char* meaning) {
  sub->add_option_function<std::vector<std::string>>(
         option,
         [&into](const std::vector<std::string>& values) {
           into.emplace();
           for (const auto& each : values) {
             if (!each.empty()) into->push_back(each);
           }
         },
         meaning)
      ->type_name(type)
      ->delimiter(',')
      ->allow_extra_args(false);
}

void text(CLI::App* sub, const char* option, std::optional<std::string>& into, const char* type, const char* meaning) {
  sub->add_option_function<std::string>(
         option, [&into](const std::string& value) { into = value; }, meaning)
      ->type_name(type);
}

void profile(CLI::App* sub, MemberOptions& into) {
  text(sub, "--kind", into.kind, "KIND", "cert, asset-owner, vendor, government, isac, researcher or integrator");
  list(sub, "--sectors", into.sectors, "SECTOR,...", "Such as energy,water");
  list(sub, "--countries", into.countries, "CODE,...", "ISO 3166-1, such as DE,AT");
  text(sub, "--homepage", into.homepage, "URL", "The organisation's site");
  text(sub, "--description", into.description, "TEXT", "For other members");
  list(sub, "--vendor-keys", into.vendor_keys, "KEY,...", "Vendors: whose products in the catalogue are theirs");
}

void person_fields(CLI::App* sub, MemberOptions& into) {
  sub->add_option("--language", into.language, "Language of the portal for this person")->type_name("TAG");
  sub->add_option("--time-zone", into.time_zone, "Such as Europe/Berlin")->type_name("ZONE");
}

void roles(CLI::App* sub, MemberOptions& into, const char* meaning) {
  sub->add_option("--roles", into.roles, meaning)->type_name("ROLE,...")->delimiter(',')->allow_extra_args(false);
}

void community_member(CLI::App* sub, MemberOptions& into) {
  auto* organisation = sub->add_option("--org", into.organisation, "An organisation: its number or name");
  organisation->type_name("ORG");
  sub->add_option("--user", into.person, "A person: the number or mail address")
      ->type_name("USER")
      ->excludes(organisation);
}

}  // namespace

void add_org_commands(CLI::App& group, MemberOptions& into, const PrepareCommand& prepare) {
  begin(group,
        "  tocsin org add --data /srv/tocsin 'Water works' --kind asset-owner --sectors water --countries DE\n"
        "  tocsin org set-status --data /srv/tocsin 'Water works' suspended --reason 'No contact since May'");
  auto* sub = add(group, into, prepare, MemberAction::org_add, "add", "Enter an organisation; it is active at once",
                  "  tocsin org add --data /srv/tocsin 'Water works' --kind asset-owner --sectors water");
  target(sub, into, "NAME", "Its name");
  profile(sub, into);

  sub = add(group, into, prepare, MemberAction::org_list, "list", "List organisations",
            "  tocsin org list --data /srv/tocsin --status applied");
  paging(sub, into);
  text(sub, "--kind", into.kind, "KIND", "Only of this kind");
  sub->add_option("--status", into.status, "Only applied, vetted, active, suspended or left ones")->type_name("STATUS");

  sub = add(group, into, prepare, MemberAction::org_show, "show", "Show an organisation",
            "  tocsin org show --data /srv/tocsin 'Water works'");
  target(sub, into, "ORG", "Its number or name");

  sub = add(group, into, prepare, MemberAction::org_set_status, "set-status", "Vet, activate, suspend or see off",
            "  tocsin org set-status --data /srv/tocsin 12 active\n"
            "  tocsin org set-status --data /srv/tocsin 12 left --heir 1 --reason 'Merged'");
  target(sub, into, "ORG", "Its number or name");
  sub->add_option("status", into.other, "vetted, active, suspended, left or applied")->type_name("STATUS")->required();
  sub->add_option("--reason", into.reason, "Why, for the audit log")->type_name("TEXT");
  sub->add_option("--heir", into.heir, "Leaving: who gets its records")->type_name("ORG");

  sub = add(group, into, prepare, MemberAction::org_change, "change", "Change what an organisation says of itself",
            "  tocsin org change --data /srv/tocsin 12 --name 'Water works AG' --sectors water,energy");
  target(sub, into, "ORG", "Its number or name");
  text(sub, "--name", into.name, "NAME", "Its new name");
  profile(sub, into);

  sub = add(group, into, prepare, MemberAction::org_add_key, "add-key", "Add an OpenPGP key or a certificate",
            "  tocsin org add-key --data /srv/tocsin 12 security.asc --label 'Security desk'");
  target(sub, into, "ORG", "Its number or name");
  sub->add_option("file", into.path, "Armoured public key or PEM certificate; - for standard input")
      ->type_name("FILE")
      ->required();
  sub->add_option("--label", into.label, "What it is for")->type_name("TEXT");

  sub = add(group, into, prepare, MemberAction::org_add_contact, "add-contact", "Add whom to reach",
            "  tocsin org add-contact --data /srv/tocsin 12 --role security --name 'Desk' --email desk@water.example");
  target(sub, into, "ORG", "Its number or name");
  sub->add_option("--role", into.contact_role, "security, technical, management, legal, press or around-the-clock")
      ->type_name("ROLE")
      ->required();
  text(sub, "--name", into.name, "NAME", "Person or desk");
  sub->add_option("--email", into.email, "Mail address")->type_name("ADDRESS");
  sub->add_option("--phone", into.phone, "Telephone")->type_name("NUMBER");

  sub = add(group, into, prepare, MemberAction::org_add_client, "add-client",
            "Say whose client an organisation is: TLP:AMBER given to the provider reaches it",
            "  tocsin org add-client --data /srv/tocsin 'Integrator' 'Water works'");
  target(sub, into, "PROVIDER", "Number or name");
  sub->add_option("client", into.other, "Number or name")->type_name("CLIENT")->required();

  const auto numbered = [&](MemberAction action, const char* name, const char* meaning, const char* what,
                            const char* examples) {
    auto* made = add(group, into, prepare, action, name, meaning, examples);
    target(made, into, "ORG", "Its number or name");
    made->add_option(what, into.number, "Its number, as 'tocsin org show' tells")->type_name("ID")->required();
  };
  numbered(MemberAction::org_remove_contact, "remove-contact", "Remove a contact", "contact",
           "  tocsin org remove-contact --data /srv/tocsin 'Water works' 3");
  numbered(MemberAction::org_remove_key, "remove-key", "Remove a key or certificate", "key",
           "  tocsin org remove-key --data /srv/tocsin 'Water works' 5");
  sub = add(group, into, prepare, MemberAction::org_remove_client, "remove-client",
            "Say that an organisation is another's client no more",
            "  tocsin org remove-client --data /srv/tocsin 'Integrator' 'Water works'");
  target(sub, into, "PROVIDER", "Number or name");
  sub->add_option("client", into.other, "Number or name")->type_name("CLIENT")->required();
}

void add_user_commands(CLI::App& group, MemberOptions& into, const PrepareCommand& prepare) {
  begin(group,
        "  tocsin user add --data /srv/tocsin ada@water.example --name 'Ada' --org 'Water works'\n"
        "  tocsin user roles --data /srv/tocsin ada@water.example --org 'Water works' --roles "
        "organisation-administrator");
  auto* sub = add(group, into, prepare, MemberAction::user_add, "add", "Invite somebody into an organisation",
                  "  tocsin user add --data /srv/tocsin ada@water.example --name Ada --org 12 --roles analyst");
  target(sub, into, "ADDRESS", "Mail address");
  text(sub, "--name", into.name, "NAME", "The person's name");
  sub->add_option("--org", into.organisation, "Number or name; the CERT unless told")->type_name("ORG");
  roles(sub, into, "Roles beside member");
  person_fields(sub, into);
  sub->add_flag("--no-invitation", into.no_invitation, "Send no mail with a link, where mail is set up");

  sub = add(group, into, prepare, MemberAction::user_list, "list", "List people",
            "  tocsin user list --data /srv/tocsin --org 'Water works'");
  paging(sub, into);
  sub->add_option("--org", into.organisation, "Only of this organisation")->type_name("ORG");
  sub->add_option("--status", into.status, "Only invited, active or suspended ones")->type_name("STATUS");

  const auto about = [&](MemberAction action, const char* name, const char* meaning, const char* examples) {
    auto* made = add(group, into, prepare, action, name, meaning, examples);
    target(made, into, "USER", "Number or mail address");
    return made;
  };
  about(MemberAction::user_show, "show", "Show a person with their memberships",
        "  tocsin user show --data /srv/tocsin ada@water.example");
  sub = about(MemberAction::user_change, "change", "Change name, mail address, language or time zone",
              "  tocsin user change --data /srv/tocsin ada@water.example --name 'Ada Lovelace'\n"
              "  tocsin user change --data /srv/tocsin 12 --email ada@works.example --time-zone Europe/London");
  text(sub, "--name", into.name, "NAME", "The new name");
  text(sub, "--email", into.new_email, "ADDRESS", "The new address; it has to be proven again");
  text(sub, "--language", into.new_language, "TAG", "Such as en or de; empty: the browser's");
  text(sub, "--time-zone", into.new_time_zone, "ZONE", "Such as Europe/Berlin; empty: the site's");
  sub = about(MemberAction::user_roles, "roles", "Set somebody's roles; none ends the membership",
              "  tocsin user roles --data /srv/tocsin ada@cert.example --org 1 --roles analyst,coordinator\n"
              "  tocsin user roles --data /srv/tocsin ada@cert.example --org 1");
  sub->add_option("--org", into.organisation, "Number or name; the CERT unless told")->type_name("ORG");
  roles(sub, into,
        "member, organisation-administrator, vendor-coordinator, analyst, coordinator, auditor, administrator");
  about(MemberAction::user_suspend, "suspend", "Suspend an account; its sessions and tokens end",
        "  tocsin user suspend --data /srv/tocsin ada@water.example");
  about(MemberAction::user_activate, "activate", "Open a suspended account again",
        "  tocsin user activate --data /srv/tocsin ada@water.example");
  sub = about(MemberAction::user_erase, "erase", "Erase all that is kept of a person; nothing brings it back",
              "  tocsin user erase --data /srv/tocsin ada@water.example --yes");
  sub->add_flag("--yes", into.yes, "Really");
  about(MemberAction::user_export, "export", "Print all that is kept of a person, as JSON (GDPR articles 15 and 20)",
        "  tocsin user export --data /srv/tocsin ada@water.example > ada.json");
  about(MemberAction::user_password, "password",
        "Set a password: asked for unseen, or the first line of standard input",
        "  tocsin user password --data /srv/tocsin ada@water.example\nNever as an argument: other users would see it.");
  about(MemberAction::user_reset_link, "reset-link", "Print a link by which somebody sets their password, once",
        "  tocsin user reset-link --data /srv/tocsin ada@water.example");
  about(MemberAction::user_remove_mail_key, "remove-mail-key",
        "Remove the key that mail to somebody is encrypted to, when they have lost its secret half",
        "  tocsin user remove-mail-key --data /srv/tocsin ada@water.example");
}

void add_token_commands(CLI::App& group, MemberOptions& into, const PrepareCommand& prepare) {
  begin(group,
        "  tocsin token create --data /srv/tocsin ada@water.example --org 12 --name 'Nightly export' --scopes read");
  auto* sub = add(group, into, prepare, MemberAction::token_create, "create", "Make a token for a program; shown once",
                  "  tocsin token create --data /srv/tocsin ada@water.example --org 12 --name Export --scopes read");
  target(sub, into, "USER", "For whom it acts: number or mail address");
  text(sub, "--name", into.name, "NAME", "What it is for");
  sub->add_option("--org", into.organisation, "For which organisation; the CERT unless told")->type_name("ORG");
  sub->add_option("--scopes", into.scopes, "What it may do")
      ->type_name("SCOPE,...")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->required();
  sub->add_option("--networks", into.networks, "From where it may be used; anywhere unless told")
      ->type_name("CIDR,...")
      ->delimiter(',')
      ->allow_extra_args(false);
  sub->add_option("--certificate", into.path, "PEM file of a client certificate to prove itself by instead of a secret")
      ->type_name("FILE");
  sub->add_option("--days", into.days, "How long it is valid")
      ->check(CLI::Range(1, 365).description(""))
      ->type_name("1..365")
      ->capture_default_str();
  sub = add(group, into, prepare, MemberAction::token_list, "list", "List somebody's tokens",
            "  tocsin token list --data /srv/tocsin ada@water.example");
  target(sub, into, "USER", "Number or mail address");
  sub = add(group, into, prepare, MemberAction::token_revoke, "revoke", "Revoke a token",
            "  tocsin token revoke --data /srv/tocsin ada@water.example 7");
  target(sub, into, "USER", "Number or mail address");
  sub->add_option("token", into.token, "Its number")->type_name("ID")->required();
}

void add_community_commands(CLI::App& group, MemberOptions& into, const PrepareCommand& prepare) {
  begin(group,
        "  tocsin community add --data /srv/tocsin 'Water ring' --hidden\n"
        "  tocsin community add-member --data /srv/tocsin 'Water ring' --org 'Water works'");
  auto* sub = add(group, into, prepare, MemberAction::community_add, "add", "Make a community",
                  "  tocsin community add --data /srv/tocsin 'Water ring' --description 'Waterworks of the Ruhr'");
  target(sub, into, "NAME", "Its name");
  text(sub, "--description", into.description, "TEXT", "What it is for");
  sub->add_option("--uuid", into.uuid, "Of the sharing group in MISP or CSAF, where it has one")->type_name("UUID");
  sub->add_flag("--hidden", into.hidden, "Members do not see who else is one");

  add(group, into, prepare, MemberAction::community_list, "list", "List communities",
      "  tocsin community list --data /srv/tocsin");
  const auto about = [&](MemberAction action, const char* name, const char* meaning, const char* examples) {
    auto* made = add(group, into, prepare, action, name, meaning, examples);
    target(made, into, "COMMUNITY", "Number or name");
    return made;
  };
  about(MemberAction::community_show, "show", "Show a community with its members",
        "  tocsin community show --data /srv/tocsin 'Water ring'");
  community_member(about(MemberAction::community_add_member, "add-member", "Add an organisation or a person",
                         "  tocsin community add-member --data /srv/tocsin 'Water ring' --user ada@water.example"),
                   into);
  community_member(about(MemberAction::community_remove_member, "remove-member", "Remove an organisation or a person",
                         "  tocsin community remove-member --data /srv/tocsin 'Water ring' --org 12"),
                   into);
  sub = about(MemberAction::community_change, "change", "Change name, description, and whether members see each other",
              "  tocsin community change --data /srv/tocsin 'Water ring' --name 'Water circle' --hidden");
  text(sub, "--name", into.name, "NAME", "The new name");
  text(sub, "--description", into.description, "TEXT", "What it is for");
  auto* hidden =
      sub->add_flag_callback("--hidden", [&into] { into.hide = true; }, "Members do not see who else is one");
  sub->add_flag_callback("--shown", [&into] { into.hide = false; }, "Members see one another")->excludes(hidden);
  about(MemberAction::community_open, "open", "Open a closed community again",
        "  tocsin community open --data /srv/tocsin 'Water ring'");
  about(MemberAction::community_close, "close", "Close a community: it reaches nobody and takes nothing new",
        "  tocsin community close --data /srv/tocsin 'Water ring'");
}

}  // namespace tocsin::cli
