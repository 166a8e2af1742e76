#include "portal/app.hpp"

/// The pages of organisations, people, communities and the audit log, in one place.
namespace tocsin::portal {

// Each in its own file.
void add_register_routes(App& app, http::Router& router);           ///< /register
void add_organisation_list_routes(App& app, http::Router& router);  ///< /organisations
void add_organisation_routes(App& app, http::Router& router);       ///< /organisations/{organisation}
void add_organisation_form_routes(App& app, http::Router& router);  ///< New, edit, status.
void add_organisation_part_routes(App& app, http::Router& router);  ///< Contacts, keys, clients.
void add_people_routes(App& app, http::Router& router);             ///< /people, /people/{person}
void add_person_form_routes(App& app, http::Router& router);        ///< Invite, roles, links, erase, export.
void add_community_routes(App& app, http::Router& router);          ///< /communities, /communities/{community}
void add_community_form_routes(App& app, http::Router& router);     ///< New, edit, members.
void add_case_routes(App& app, http::Router& router);               ///< /cases, /cases/{case}
void add_case_form_routes(App& app, http::Router& router);          ///< New, edit, participants.
void add_audit_routes(App& app, http::Router& router);              ///< /audit
void add_look_routes(App& app, http::Router& router);               ///< /organisation/looks
void add_admin_routes(App& app, http::Router& router);              ///< /admin
void add_mail_routes(App& app, http::Router& router);               ///< /admin/mail
void add_peer_routes(App& app, http::Router& router);               ///< /admin/peers, /admin/peers/{peer}
void add_peer_form_routes(App& app, http::Router& router);          ///< New, edit, remove, start, pause, read, preview.
void add_taxii_collection_routes(App& app, http::Router& router);   ///< /admin/taxii, /admin/taxii/{collection}
void add_taxii_collection_form_routes(App& app, http::Router& router);  ///< New, edit, remove; a preview in them.
void add_sharing_routes(App& app, http::Router& router);                ///< /advisories/{id}/sharing
// api/: what programs change.
void add_organisation_api(App& app, http::Router& router);
void add_people_api(App& app, http::Router& router);
void add_community_api(App& app, http::Router& router);
void add_case_api(App& app, http::Router& router);
void add_manage_routes(App& app, http::Router& router);  ///< Read marks, comments and removal of advisories.
void add_manage_api(App& app, http::Router& router);
void add_approval_routes(App& app, http::Router& router);           ///< /approvals
void add_break_glass_routes(App& app, http::Router& router);        ///< /break-glass
void add_inventory_routes(App& app, http::Router& router);          ///< /inventory, /inventory/{asset}
void add_inventory_form_routes(App& app, http::Router& router);     ///< New, edit, remove, who may read it.
void add_inventory_import_routes(App& app, http::Router& router);   ///< /inventory/import
void add_exposure_routes(App& app, http::Router& router);           ///< /exposure
void add_exposure_overview_routes(App& app, http::Router& router);  ///< /exposure/overview, /exposure/report
void add_exposure_match_routes(App& app, http::Router& router);     ///< /inventory/{asset}/advisories/{id}
void add_exposure_export_routes(App& app, http::Router& router);    ///< /exposure/export.csv, .xlsx
void add_decision_table_routes(App& app, http::Router& router);     ///< /exposure/decisions
void add_exposure_sums_routes(App& app, http::Router& router);      ///< /exposure/sums, /exposure/sharing
void add_exposure_list_routes(App& app, http::Router& router);      ///< /exposure/lists
void add_exposure_run_routes(App& app, http::Router& router);       ///< /exposure/runs
void add_bom_routes(App& app, http::Router& router);                ///< /inventory/boms
void add_exposure_aliases_routes(App& app, http::Router& router);   ///< /exposure/aliases, /exposure/alias-offers
void add_inventory_api(App& app, http::Router& router);
void add_webhook_routes(App& app, http::Router& router);       ///< /webhooks, /webhooks/{webhook}
void add_webhook_form_routes(App& app, http::Router& router);  ///< New, edit, secret, remove, test, replay.
void add_webhook_api(App& app, http::Router& router);
void add_subscription_api(App& app, http::Router& router);

void add_member_routes(App& app, http::Router& router) {
  add_register_routes(app, router);
  add_organisation_list_routes(app, router);
  add_organisation_routes(app, router);
  add_organisation_form_routes(app, router);
  add_organisation_part_routes(app, router);
  add_people_routes(app, router);
  add_person_form_routes(app, router);
  add_community_routes(app, router);
  add_community_form_routes(app, router);
  add_case_routes(app, router);
  add_case_form_routes(app, router);
  add_audit_routes(app, router);
  add_look_routes(app, router);
  add_admin_routes(app, router);
  add_mail_routes(app, router);
  add_peer_routes(app, router);
  add_peer_form_routes(app, router);
  add_taxii_collection_routes(app, router);
  add_taxii_collection_form_routes(app, router);
  add_sharing_routes(app, router);
  add_organisation_api(app, router);
  add_people_api(app, router);
  add_community_api(app, router);
  add_case_api(app, router);
  add_manage_routes(app, router);
  add_manage_api(app, router);
  add_approval_routes(app, router);
  add_break_glass_routes(app, router);
  add_inventory_routes(app, router);
  add_inventory_form_routes(app, router);
  add_inventory_import_routes(app, router);
  add_exposure_routes(app, router);
  add_exposure_overview_routes(app, router);
  add_exposure_match_routes(app, router);
  add_exposure_export_routes(app, router);
  add_decision_table_routes(app, router);
  add_exposure_sums_routes(app, router);
  add_exposure_list_routes(app, router);
  add_exposure_run_routes(app, router);
  add_bom_routes(app, router);
  add_exposure_aliases_routes(app, router);
  add_inventory_api(app, router);
  add_webhook_routes(app, router);
  add_webhook_form_routes(app, router);
  add_webhook_api(app, router);
  add_subscription_api(app, router);
}

}  // namespace tocsin::portal
