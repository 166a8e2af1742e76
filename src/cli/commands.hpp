#pragma once
#include <string>
#include <vector>

#include "base/time.hpp"
#include "cli/command_line.hpp"

/// Each command: does its work, prints, returns the exit code.
namespace tocsin::cli {

int run_init(const CommandLine& line);
int run_serve(const CommandLine& line);
int run_import(const CommandLine& line);
int run_search(const CommandLine& line);
int run_show(const CommandLine& line);
int run_validate(const CommandLine& line);
int run_diff(const CommandLine& line);
int run_cvss(const CommandLine& line);
int run_purl(const CommandLine& line);
int run_vers(const CommandLine& line);  ///< All of `tocsin vers`.
int run_convert(const CommandLine& line);
int run_withdraw(const CommandLine& line);
int run_supersede(const CommandLine& line);
int run_modify(const CommandLine& line);
int run_translate(const CommandLine& line);
int run_update_ids(const CommandLine& line);
int run_backup(const CommandLine& line);
int run_restore(const CommandLine& line);
int run_doctor(const CommandLine& line);
int run_reindex(const CommandLine& line);
int run_site(const CommandLine& line);     ///< site show, site set
int run_members(const CommandLine& line);  ///< All of `tocsin org`, `user` and `community`.
int run_match(const CommandLine& line);
int run_status(const CommandLine& line);
int run_bundle(const CommandLine& line);  ///< All of `tocsin bundle`.
int run_share(const CommandLine& line);
int run_manage(const CommandLine& line);  ///< comment, remove
int run_audit(const CommandLine& line);   ///< All of `tocsin audit`.
int run_mail(const CommandLine& line);    ///< All of `tocsin mail`.
int run_taxii(const CommandLine& line);   ///< All of `tocsin taxii`.
int run_peer(const CommandLine& line);    ///< All of `tocsin peer`.
int run_attack(const CommandLine& line);  ///< All of `tocsin attack`.
int run_correlate(const CommandLine& line);
int run_extract(const CommandLine& line);
int run_webhook(const CommandLine& line);    ///< All of `tocsin webhook`.
int run_notify(const CommandLine& line);     ///< All of `tocsin notify`.
int run_case(const CommandLine& line);       ///< All of `tocsin case`.
int run_approval(const CommandLine& line);   ///< All of `tocsin approval`.
int run_inventory(const CommandLine& line);  ///< `tocsin inventory`, `tocsin exposure`, `tocsin decision`.
int run_decision(const CommandLine& line);   ///< Of run_inventory: what begins with `tocsin decision`.
int run_config_check(const CommandLine& line);
int run_config_doc(const CommandLine& line);
int run_version(const CommandLine& line);

/// What makes acts that want a second person impossible at present: for `config check` and `doctor`.
std::vector<std::string> four_eyes_warnings(const Location& location);

/// Those of them that go through engine/identity.
bool is_access(MemberAction action) noexcept;
/// Makes and prints the links of an admitted organisation's applicants.
Status print_invitations(const CommandLine& line, const Installation& installation,
                         domain::OrganisationId organisation);
/// Puts the letter that invites somebody into the outgoing post. Their address; empty where no mail is sent here.
Result<std::string> send_invitation(const CommandLine& line, const Installation& installation, domain::PersonId person,
                                    domain::OrganisationId organisation);
int run_access(const CommandLine& line, const Installation& installation);
/// Invites somebody as administrator of the CERT. Errors: conflict where the address is in it already.
Status add_first_administrator(store::Database& database, const std::string& email, const std::string& name);

/// Everything: parses the arguments (without the program's name), runs the command, catches what it throws.
int run(const std::vector<std::string>& arguments) noexcept;

/// What `doctor` says of a certificate and its key. Empty: nothing is wrong.
struct TlsVerdict {
  std::string problem;
  std::string mend;
  int days_left = 0;
};
TlsVerdict check_tls(const std::string& certificate, const std::string& key, Timestamp now);

}  // namespace tocsin::cli
