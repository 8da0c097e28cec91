BEGIN TRANSACTION;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO "_sqlite_migrations" VALUES(1,'athena_dreams','m001_procedures_and_dreams','2026-11-28 13:14:38.999840+00:00');
INSERT INTO "_sqlite_migrations" VALUES(2,'athena_dreams','m002_runs_and_results','2026-11-28 13:14:39.014240+00:00');
INSERT INTO "_sqlite_migrations" VALUES(3,'athena_dreams','m003_learning','2026-11-28 13:14:39.020463+00:00');
INSERT INTO "_sqlite_migrations" VALUES(4,'athena_dreams','m004_evidence','2026-11-28 13:14:39.021010+00:00');
INSERT INTO "_sqlite_migrations" VALUES(5,'athena_dreams','m005_digests','2026-11-28 13:14:39.021460+00:00');
INSERT INTO "_sqlite_migrations" VALUES(6,'athena_dreams','m006_untestable','2026-11-28 13:14:39.021744+00:00');
INSERT INTO "_sqlite_migrations" VALUES(7,'athena_dreams','m007_causes','2026-11-28 13:14:39.021892+00:00');
INSERT INTO "_sqlite_migrations" VALUES(8,'athena_dreams','m008_selection','2026-11-28 13:14:39.022065+00:00');
INSERT INTO "_sqlite_migrations" VALUES(9,'athena_dreams','m009_novelty','2026-11-28 13:14:39.022199+00:00');
CREATE TABLE "dream_causes" (
   "dream_id" INTEGER PRIMARY KEY,
   "code" TEXT NOT NULL,
   "wrong" TEXT NOT NULL,
   "right" TEXT NOT NULL,
   "verified_at" INTEGER,
   "seed" INTEGER
);
CREATE TABLE "dream_failure_patterns" (
   "id" TEXT PRIMARY KEY,
   "category" TEXT NOT NULL,
   "exception" TEXT,
   "message" TEXT,
   "context" TEXT,
   "title" TEXT NOT NULL,
   "status" TEXT,
   "frequency" INTEGER,
   "dreams" INTEGER,
   "open_dreams" INTEGER,
   "first_run_id" INTEGER,
   "first_seen" INTEGER,
   "last_run_id" INTEGER,
   "last_seen" INTEGER,
   "dream_types" TEXT,
   "models" TEXT,
   "procedures" TEXT,
   "sample_dream_id" INTEGER,
   "sample_input" TEXT,
   "sample_expected" TEXT,
   "sample_got" TEXT,
   "suggestion" TEXT
);
INSERT INTO "dream_failure_patterns" VALUES('721371692edc','logic',NULL,'returned another value','another number','returned another value (another number)','new',1,1,1,1,1795871698,1,1795871698,'["constraint_relaxation"]','[]','["clamp"]',2,'clamp(1, 0, 0)','returned 0','returned 1','Keep the constants of the procedure, unless the variant''s contract lets results differ.');
CREATE TABLE "dream_failure_sightings" (
   "dream_id" INTEGER,
   "run_id" INTEGER,
   "pattern_id" TEXT,
   "place" INTEGER,
   PRIMARY KEY ("dream_id", "run_id", "pattern_id")
);
INSERT INTO "dream_failure_sightings" VALUES(2,1,'721371692edc',0);
CREATE TABLE "dream_generation_runs" (
   "id" INTEGER PRIMARY KEY,
   "strategy" TEXT NOT NULL,
   "timestamp" INTEGER NOT NULL,
   "total_dreams_generated" INTEGER,
   "constraint_relaxation_count" INTEGER,
   "cross_project_synthesis_count" INTEGER,
   "parameter_exploration_count" INTEGER,
   "conditional_variant_count" INTEGER,
   "duration_seconds" REAL,
   "model_usage" TEXT
);
CREATE TABLE "dream_metrics" (
   "id" INTEGER PRIMARY KEY,
   "timestamp" INTEGER NOT NULL,
   "average_viability_score" REAL,
   "tier1_count" INTEGER,
   "tier2_count" INTEGER,
   "tier3_count" INTEGER,
   "tier1_test_success_rate" REAL,
   "tier1_test_count" INTEGER,
   "average_novelty_score" REAL,
   "high_novelty_count" INTEGER,
   "cross_project_adoption_rate" REAL,
   "dreams_adopted_count" INTEGER,
   "average_generation_time_seconds" REAL,
   "api_requests_per_dream" REAL,
   "novelty_score_weighted" REAL,
   "quality_evolution_weighted" REAL,
   "cross_project_leverage_weighted" REAL,
   "efficiency_weighted" REAL,
   "compound_health_score" REAL
);
INSERT INTO "dream_metrics" VALUES(1,1795871698,0.0,2,1,0,0.5,2,6.30687830687830741638e-01,1,0.0,0,0.0,30.0,2.82888888888888911932e-01,0.0345,0.0,0.1,4.17388888888888920369e-01);
CREATE TABLE "dream_novelty" (
   "dream_id" INTEGER PRIMARY KEY,
   "digest" TEXT NOT NULL,
   "score" REAL NOT NULL
);
INSERT INTO "dream_novelty" VALUES(1,'9662b83655f16a0c18bd3e0d69617c9e',7.42857142857142882519e-01);
INSERT INTO "dream_novelty" VALUES(2,'24a40d6faf776b06040070f11e3f642b',5.18518518518518600757e-01);
CREATE TABLE "dream_procedures" (
   "id" INTEGER PRIMARY KEY,
   "label" TEXT,
   "base_procedure_id" INTEGER,
   "base_procedure_name" TEXT NOT NULL DEFAULT '',
   "dream_type" TEXT NOT NULL,
   "code" TEXT NOT NULL,
   "entry_point" TEXT,
   "contract" TEXT,
   "model_used" TEXT,
   "reasoning" TEXT,
   "generated_description" TEXT,
   "status" TEXT NOT NULL DEFAULT 'pending_evaluation',
   "tier" INTEGER,
   "viability_score" REAL,
   "claude_reasoning" TEXT,
   "test_outcome" TEXT,
   "test_category" TEXT,
   "test_error" TEXT,
   "test_timestamp" INTEGER,
   "novelty_score" REAL,
   "cross_project_matches" INTEGER NOT NULL DEFAULT 0,
   "effectiveness_metric" REAL,
   "generated_at" INTEGER NOT NULL,
   "evaluated_at" INTEGER,
   "created_by" TEXT NOT NULL DEFAULT 'dream_system'
);
INSERT INTO "dream_procedures" VALUES(1,'right',1,'clamp','constraint_relaxation','def clamp(x: int, low: int, high: int) -> int:
    return sorted((low, x, high))[1]
',NULL,NULL,NULL,NULL,NULL,'tested',1,NULL,NULL,'success',NULL,NULL,1795871698,7.42857142857142882519e-01,0,1.1417543283904207918e+00,1795871683,NULL,'dream_system');
INSERT INTO "dream_procedures" VALUES(2,'wrong',1,'clamp','constraint_relaxation','def clamp(x: int, low: int, high: int) -> int:
    return max(low, x)
',NULL,NULL,NULL,NULL,NULL,'tested',1,NULL,NULL,'failure','logic','logic: returned another value',1795871698,5.18518518518518600757e-01,0,NULL,1795871683,NULL,'dream_system');
INSERT INTO "dream_procedures" VALUES(3,'waiting',1,'clamp','conditional_variant','def clamp(x: int, low: int, high: int) -> int:
    return x if low <= x <= high else max(low, min(x, high))
',NULL,NULL,NULL,NULL,NULL,'pending_test',2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,NULL,1795871683,NULL,'dream_system');
CREATE TABLE "dream_repairs" (
   "dream_id" INTEGER PRIMARY KEY,
   "kind" TEXT NOT NULL,
   "why" TEXT,
   "before" TEXT NOT NULL,
   "code" TEXT NOT NULL,
   "inputs_accepted" INTEGER,
   "verified_at" INTEGER,
   "seed" INTEGER
);
CREATE TABLE "dream_test_results" (
   "dream_id" INTEGER,
   "run_id" INTEGER,
   "tested_at" INTEGER NOT NULL,
   "outcome" TEXT NOT NULL,
   "category" TEXT,
   "athena_outcome" TEXT,
   "contract" TEXT,
   "error" TEXT,
   "failing_input" TEXT,
   "procedure_result" TEXT,
   "dream_result" TEXT,
   "inputs_tried" INTEGER,
   "inputs_accepted" INTEGER,
   "inputs_rejected" INTEGER,
   "elapsed" REAL,
   "cpu" REAL,
   "peak_memory" INTEGER,
   "effectiveness" REAL,
   "details" TEXT, "diverged" REAL, "evidence" REAL, "lines_reached" INTEGER, "lines_total" INTEGER, "digest" TEXT, "taken_from_dream" INTEGER, "taken_from_run" INTEGER, "reason" TEXT, "not_compared" TEXT, "guess" TEXT,
   PRIMARY KEY ("dream_id", "run_id")
);
INSERT INTO "dream_test_results" VALUES(1,1,1795871698,'success',NULL,'success','superset',NULL,NULL,NULL,NULL,107,81,26,1.05607624100230168551e+00,0.002905824,552960,1.1417543283904207918e+00,NULL,NULL,8.3333333333333337034e-01,1,1,'b7a7d4c81058de2c2eb9d659fa17eeff',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "dream_test_results" VALUES(2,1,1795871698,'failure','logic','output_validation_failed','superset','logic: returned another value','clamp(1, 0, 0)','returned 0','returned 1',100,78,22,2.2182045002409722656e-02,0.002807256,561152,NULL,'[{"category":"logic","summary":"returned another value","expected":"returned 0","got":"returned 1","call":"clamp(1, 0, 0)","line":null,"exception":null,"inputs":11,"contrast":[]}]',NULL,NULL,NULL,NULL,'fbb37f7a06e2d4c319108afa21873c78',NULL,NULL,NULL,NULL,NULL);
CREATE TABLE "dream_test_runs" (
   "id" INTEGER PRIMARY KEY,
   "started_at" INTEGER NOT NULL,
   "finished_at" INTEGER,
   "exit_status" INTEGER,
   "settings" TEXT,
   "seed" INTEGER,
   "versions" TEXT,
   "sandbox" TEXT,
   "commit" TEXT,
   "tested" INTEGER,
   "passed" INTEGER,
   "failed" INTEGER
, "untestable" INTEGER, "selection" TEXT);
INSERT INTO "dream_test_runs" VALUES(1,1795871698,1795871698,1,'{"store":"o.db","select":"pending","max_examples":100,"edge_cases":["empty","large","extreme","none"],"seed":1,"timeout":1.0,"dream_timeout":60.0,"shrink_time":3.0,"tolerance":1e-9,"signed_zero":"off","exceptions":"type","output_compare":"on","memory":512,"output":1,"sandbox":"auto","sandbox_minimum":"auto","allow_read":[],"allow_env":[],"scratch":0,"baseline":"off","fail_under":null,"evidence":"passes","refusals":"reject","untestable":"skip"}',1,'{"pytest-athena-dreams": "0.1.0", "pytest": "9.2.0", "hypothesis": "6.170.17", "pytest-xdist": "3.8.0", "python": "3.11.7"}','bwrap + landlock (ABI 7) + seccomp + rlimits',NULL,2,1,1,0,NULL);
CREATE TABLE "procedures" (
   "id" INTEGER PRIMARY KEY,
   "name" TEXT NOT NULL,
   "project" TEXT,
   "version" INTEGER NOT NULL DEFAULT 1,
   "code" TEXT NOT NULL,
   "entry_point" TEXT,
   "created_at" INTEGER NOT NULL
);
INSERT INTO "procedures" VALUES(1,'clamp','old',1,'def clamp(x: int, low: int, high: int) -> int:
    if low > high:
        raise ValueError("low is above high")
    return max(low, min(x, high))
','clamp',1795871683);
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX "athena_dreams_procedures_name"
    ON "procedures" ("name");
CREATE UNIQUE INDEX "athena_dreams_dream_procedures_label"
    ON "dream_procedures" ("label");
CREATE INDEX "athena_dreams_dream_procedures_status_tier"
    ON "dream_procedures" ("status", "tier");
CREATE INDEX "athena_dreams_dream_procedures_base_procedure_id"
    ON "dream_procedures" ("base_procedure_id");
CREATE INDEX "athena_dreams_dream_test_results_run_id"
    ON "dream_test_results" ("run_id");
CREATE INDEX "athena_dreams_dream_failure_sightings_pattern_id"
    ON "dream_failure_sightings" ("pattern_id");
CREATE INDEX "athena_dreams_dream_test_results_digest"
    ON "dream_test_results" ("digest");
COMMIT;
