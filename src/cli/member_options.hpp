#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

/// Options of the commands about members: org, user, community, token.
namespace tocsin::cli {

enum class MemberAction {
  none,
  org_add,
  org_list,
  org_show,
  org_set_status,
  org_change,
  org_add_key,
  org_add_contact,
  org_add_client,
  org_remove_key,
  org_remove_contact,
  org_remove_client,
  user_add,
  user_list,
  user_show,
  user_change,
  user_roles,
  user_suspend,
  user_activate,
  user_erase,
  user_export,
  user_password,
  user_reset_link,
  user_remove_mail_key,
  community_add,
  community_list,
  community_show,
  community_add_member,
  community_remove_member,
  community_change,
  community_close,
  community_open,
  token_create,
  token_list,
  token_revoke
};

struct MemberOptions {
  MemberAction action = MemberAction::none;
  std::string target;  ///< The organisation, person or community: a number or a name (address).
  std::string other;   ///< The second one: client, organisation of a membership, status.
  // Fields that a change leaves alone where absent.
  std::optional<std::string> name, kind, homepage, description;
  std::optional<std::vector<std::string>> sectors, countries, vendor_keys;
  std::string reason, heir;
  std::string email, phone, contact_role, label, path, uuid, language, time_zone;
  std::vector<std::string> roles;
  std::string organisation, person;  ///< Filters, or a community's member.
  std::string text, status, cursor;
  int limit = 50;
  bool hidden = false, yes = false, no_invitation = false;
  std::vector<std::string> scopes, networks;  ///< token create
  int days = 90;
  std::int64_t token = 0;
  std::int64_t number = 0;                                            ///< Of a contact or key that is removed.
  std::optional<std::string> new_email, new_language, new_time_zone;  ///< user change
  std::optional<bool> hide;                                           ///< community change
};

/// What each command has beside: help, data folder and format.
using PrepareCommand = std::function<void(CLI::App* command, const char* examples)>;
void add_org_commands(CLI::App& group, MemberOptions& into, const PrepareCommand& prepare);
void add_user_commands(CLI::App& group, MemberOptions& into, const PrepareCommand& prepare);
void add_token_commands(CLI::App& group, MemberOptions& into, const PrepareCommand& prepare);
void add_community_commands(CLI::App& group, MemberOptions& into, const PrepareCommand& prepare);

}  // namespace tocsin::cli
