#include <fmt/format.h>

#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/layout.hpp"

/// What is stored about whom. The numbers and conditions are those in force here, so that the page cannot promise what
/// the installation does not do.
namespace tocsin::portal {
namespace {

using html::Html;
using html::render;

std::string hours(int hours) {
  if (hours % 24 == 0) return trn<"#after#{} day", "{} days">(hours / 24, hours / 24);
  return trn<"#after#{} hour", "{} hours">(hours, hours);
}
std::string minutes(int minutes) {
  if (minutes % 60 == 0) return hours(minutes / 60);
  return trn<"#after#{} minute", "{} minutes">(minutes, minutes);
}

class Table {
 public:
  void row(std::string_view what, std::string_view why, std::string_view how_long) {
    render<
        "<tr><th scope=\"row\">{}</th><td data-label=\"[[Why]]\">{}</td><td data-label=\"[[How "
        "long]]\">{}</td></tr>\n">(out_, what, why, how_long);
  }
  void begin(std::string_view title) {
    render<
        "</article><h2>{}</h2>\n<div class=\"table-wrap\"><table class=\"stack\"><thead><tr><th "
        "scope=\"col\">[[What]]</th><th scope=\"col\">[[Why]]</th><th scope=\"col\">[[How "
        "long]]</th></tr></thead><tbody>\n">(out_, title);
  }
  void end() { out_ += "</tbody></table></div>\n<article class=\"prose\">"; }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

Result<http::Response> privacy(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  const auto& settings = app.settings();
  const auto& kept = settings.privacy;
  const auto names = access::cookie_names(app, request);
  Table table;
  table.begin(tr<"Readers without an account">());
  if (kept.access_log) {
    table.row(tr<"A line of the server's log for each request: time, address, page, result">(),
              tr<"To find faults and attacks.">(), tr<"Until the operator of the server removes it.">());
  } else {
    table.row(tr<"No line for requests in the server's log; faults may be logged.">(), tr<"To find faults.">(),
              tr<"Until the operator of the server removes it.">());
  }
  if (app.identity() != nullptr) {
    table.row(tr<"A cookie ({}) once you open a form">(names.form),
              tr<"So that another site cannot send the form in your name.">(), tr<"Until the browser is closed.">());
  }
  table.end();
  if (app.identity() != nullptr) {
    table.begin(tr<"People with an account">());
    table.row(tr<"Name, mail address, language, time zone, organisations and roles">(),
              tr<"To know who may read and do what, and to reach you.">(), tr<"Until the account is erased.">());
    table.row(tr<"A hash of the password; second factors, sealed or as public keys; hashes of recovery codes">(),
              tr<"To know that it is you. The password itself is not stored.">(),
              tr<"Until you change or remove them.">());
    table.row(tr<"Sessions: time, address and browser">(), tr<"So that you can see and end them.">(),
              tr<"Ends after {} without a request, at the latest after {}; then it is deleted.">(
                  minutes(kept.session_idle_minutes), hours(kept.session_absolute_hours)));
    table.row(tr<"Cookies {} and {}">(names.session, names.half), tr<"They are the session and the step before it.">(),
              tr<"Until you sign out or the browser is closed.">());
    table.row(tr<"Tokens for programs: name, scopes, networks, last use and its address">(),
              tr<"So that you can see and revoke them.">(), tr<"Until the account is erased.">());
    table.row(tr<"Links of invitations and for new passwords: a hash, whom for, by whom">(),
              tr<"They work once and for a limited time.">(), tr<"Until the account is erased.">());
    table.row(
        tr<"What you subscribed to, when you read, and what you were told and why">(),
        tr<"So that you are told once, and can look it up.">(),
        tr<"Subscriptions until you remove them; what you were told for 400 days, the newest of each advisory until "
           "the account is erased.">());
    table.row(tr<"Which advisories you marked as read, and comments that you wrote">(),
              tr<"To show you what is unread, and your comments to those they are for.">(),
              tr<"Until you or, of comments for everyone, a coordinator removes them; at the latest until the account "
                 "or the advisory is erased.">());
    if (kept.mail) {
      table.row(
          tr<"Mails to you that wait to be sent: address and text, sealed">(),
          tr<"So that none is lost while a mail server is away.">(),
          tr<"Until it has taken them; one that could not be sent, 30 days longer; at the latest until the account "
             "is erased.">());
    }
    table.end();
    table.begin(tr<"The audit log">());
    table.row(tr<"What people with an account did, with time, address and browser; also refused sign-ins, with the "
                 "mail address that was typed">(),
              tr<"To find out afterwards who did what with other people's confidential information.">(),
              tr<"Until the CERT removes old entries; without what was personal once the account is erased.">());
    table.row(tr<"Each look at a document marked TLP:AMBER or above">(),
              tr<"The organisation whose document it is can see which organisations looked; names only of its own "
                 "people and of the CERT.">(),
              tr<"As above.">());
    table.end();
    table.begin(tr<"Applications for membership">());
    table.row(tr<"What the form asks: organisation, name, mail address, note">(), tr<"So that the CERT can vet it.">(),
              tr<"The organisation's profile stays; name and address until the account is erased; the note as long as "
                 "the audit log's entry.">());
    table.end();
  }
  std::string out;
  render<
      "<article class=\"prose\"><h1>[[Privacy]]</h1>\n<p class=\"lead\">[[What {} stores about people, why, for how "
      "long, and how you get it or have it erased. The page is made from the settings in force.]]</p>\n">(
      out, app.site_text("site_name"));
  if (settings.demo && !settings.demo_people.empty()) {
    render<
        "<p class=\"callout callout-warn\">[[This is a demonstration: anybody may sign in as one of its people and see "
        "what others entered. Enter nothing that is true of real people.]]</p>\n">(out);
  }
  render<
      "<p>[[Whoever only reads gets no cookie. Nothing is loaded from other sites, and nobody counts "
      "visitors.]]</p>\n">(out);
  out += table.take();
  render<"<h2>[[Your rights]]</h2>\n">(out);
  if (app.identity() != nullptr) {
    render<
        "<ul>\n<li>[[<strong>Get it</strong>: <a href=\"/account\">your profile</a> has all that is stored about you, "
        "as a file (articles 15 and 20 of the GDPR).]]</li>\n<li>[[<strong>Correct it</strong>: name, language and "
        "time zone there, too; the mail address there, with proof, where mail is sent, else by the "
        "CERT.]]</li>\n<li>[[<strong>Erase it</strong>: from your "
        "profile, or by the CERT. Name, address, credentials, sessions, memberships and what the audit log knew "
        "personally go; a number stays in the log, so that it can still be verified.]]</li>\n</ul>\n">(out);
  }
  out += "<p>";
  if (kept.mail) {
    render<"[[Nothing is passed on to others by this program, but for mails to you, which a mail server carries.]]">(
        out);
  } else {
    render<"[[Nothing is passed on to others by this program.]]">(out);
  }
  render<" [[Who answers for it and how to reach them is in the <a href=\"/rfc2350\">description of this CERT</a>.]]">(
      out);
  if (const auto contact = app.site_text("contact"); !contact.empty()) render<" [[Contact: {}.]]">(out, contact);
  out += "</p>\n</article>\n";
  pages::Page page;
  page.title = tr<"Privacy">();
  page.section = pages::Section::about;
  page.canonical = "/privacy";
  page.main = Html::from_trusted(std::move(out));
  return pages::render_page(app, request, page);
}

}  // namespace

void add_privacy_routes(App& app, http::Router& router) {
  http::Route route;
  route.pattern = "/privacy";
  route.name = "privacy_page";
  route.before_second_factor = true;
  route.handler = [&app](const http::Request& request) { return privacy(app, request); };
  router.add(std::move(route));
}

}  // namespace tocsin::portal
