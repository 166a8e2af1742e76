#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/approval_options.hpp"
#include "cli/attack_options.hpp"
#include "cli/audit_options.hpp"
#include "cli/bundle_options.hpp"
#include "cli/case_options.hpp"
#include "cli/change_options.hpp"
#include "cli/installation.hpp"
#include "cli/inventory_options.hpp"
#include "cli/mail_options.hpp"
#include "cli/manage_options.hpp"
#include "cli/match_options.hpp"
#include "cli/member_options.hpp"
#include "cli/notify_options.hpp"
#include "cli/peer_options.hpp"
#include "cli/share_options.hpp"
#include "cli/site.hpp"
#include "cli/status_options.hpp"
#include "cli/taxii_options.hpp"
#include "cli/webhook_options.hpp"
#include "formats/csaf/validate/validate.hpp"

/// The command line: every command and option once, with help, examples and environment variables.
namespace tocsin::cli {

enum class Command {
  init,
  serve,
  import,
  search,
  show,
  validate,
  diff,
  cvss,
  purl,
  vers_compare,
  vers_contains,
  vers_canonical,
  vers_from_native,
  vers_affected,
  convert,
  withdraw,
  supersede,
  modify,
  translate,
  update_ids,
  backup,
  restore,
  doctor,
  reindex,
  members,
  audit,
  mail,
  webhook,
  taxii,
  peer,
  attack,
  correlate,
  extract,
  notify,
  approval,
  cases,
  share,
  manage,
  match,
  status,
  bundle,
  inventory,
  site_show,
  site_set,
  config_check,
  config_doc,
  version
};

struct CommandLine {
  Command command = Command::version;
  Location location;                                                  ///< --data, and the settings given as options.
  bool json = false;                                                  ///< --format json
  bool sarif = false;                                                 ///< validate: --format sarif
  bool quality = false;                                               ///< validate
  std::string mode = "basic";                                         ///< validate
  std::size_t bytes_max = formats::csaf::kValidatorLimits.bytes_max;  ///< validate
  std::size_t depth_max = formats::csaf::kValidatorLimits.depth_max;  ///< validate
  std::string to;                                                     ///< convert
  bool keep_invalid = false, numbers_are_complete = false, old_tlp = false;  ///< convert
  bool literal_question_marks = false, literal_stars = false, latest_cwe = false, lossless = false;
  std::string other_publisher = "warn";
  std::string tracking_id, publisher, publisher_namespace;  ///< convert, from other formats
  std::string cvss_v3 = "3.0";                              ///< convert, from CVRF
  bool mend = false;                                        ///< convert, from CVRF
  MemberOptions members;                                    ///< org, user, community
  MatchOptions match;                                       ///< match
  StatusOptions status;                                     ///< status
  BundleOptions bundle;                                     ///< All of `tocsin bundle`.
  InventoryOptions inventory;                               ///< inventory, exposure
  ShareOptions share;                                       ///< share
  WebhookOptions webhook;                                   ///< All of `tocsin webhook`.
  TaxiiOptions taxii;                                       ///< All of `tocsin taxii`.
  PeerOptions peer;                                         ///< All of `tocsin peer`.
  AttackOptions attack;                                     ///< All of `tocsin attack`.
  struct {
    std::string value, kind;
  } correlate;  ///< Also limit.
  struct {
    std::vector<std::string> files;
    std::string format;
    std::string known_good;  ///< Empty: of the data folder.
  } extract;
  ManageOptions manage;      ///< comment, remove
  MailOptions mail;          ///< All of `tocsin mail`.
  NotifyOptions notify;      ///< All of `tocsin notify`.
  SiteOptions site;          ///< site
  AuditOptions audit;        ///< All of `tocsin audit`.
  CaseOptions cases;         ///< All of `tocsin case`.
  ApprovalOptions approval;  ///< All of `tocsin approval`.
  ChangeOptions change;      ///< withdraw, supersede, modify, translate, update-ids
  bool quiet = false;
  bool as_public = false;            ///< search, show: what an anonymous reader would find.
  std::vector<std::string> paths;    ///< import, validate, diff: two, convert: one; backup and restore: one.
  std::string words;                 ///< search
  std::vector<std::string> vectors;  ///< cvss; none or "-": lines of standard input.
  std::vector<std::string> texts;    ///< purl, vers; "-": lines of standard input.
  std::string branch = "product_version_range", product;  ///< vers affected
  int limit = 20;
  std::string sort = "relevance", cursor;
  std::string id, revision;  ///< show
  bool raw = false;
  bool again = false;                   ///< import
  bool verify = false;                  ///< backup: only check the file.
  bool demo = false;                    ///< serve
  std::string name{kUnnamed};           ///< init
  std::string admin_email, admin_name;  ///< init
};

struct ParsedCommandLine {
  std::optional<CommandLine> command_line;
  int exit_code = 0;  ///< Where there is none: help was printed (0), or a complaint (2).
};
/// Arguments without the program's name. Help goes to standard output, complaints to standard error.
ParsedCommandLine parse_command_line(std::span<const std::string> arguments);

/// Words like "-rejected" or "-vendor:abb" of a search mean "not", and all behind "--" are words: marked, so that the
/// option parser lets them be.
std::vector<std::string> with_words_marked(std::span<const std::string> arguments);

}  // namespace tocsin::cli
