#pragma once
#include "base/result.hpp"
#include "cli/installation.hpp"
#include "engine/post/post.hpp"
#include "exchange/mail.hpp"

/// The settings of [mail], as those who write and send letters need them.
namespace tocsin::cli {

/// Is there a mail server to send with?
inline bool has_mail(const Settings& settings) { return !settings.text("mail.url").empty(); }
/// With the password of mail.password_file, which is read here. Errors: what is wrong with a setting, `where` = its
/// name.
Result<exchange::MailSettings> mail_settings(const Location& location, const Settings& settings);
/// Opens the installation's sealing key. `silent`: as if there were no mail server, as for a demonstration, whose
/// people are invented and their addresses nobody's.
Result<engine::post::Post> open_post(const Location& location, const Settings& settings, bool silent = false);

}  // namespace tocsin::cli
